//! What the model is told before anything else: bilingual, in files with a version, compiled in. A team
//! may put its own in their place.

/// The names of the files, without their ending.
pub const NAMES: [&str; 3] = ["chat", "code", "digest"];

/// Bytes of one file.
pub const PROMPT_BYTES_MAX: usize = 16 * 1024;

/// Characters of a version.
const VERSION_CHARS_MAX: usize = 32;

/// Every prompt of the server's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompts {
    /// Of a conversation.
    pub chat: Prompt,
    /// Of one answer that belongs to no conversation.
    pub code: Prompt,
    /// Asks for the digest of a conversation.
    pub digest: Prompt,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Its name and version, as answers tell it: `chat@1`.
    pub label: String,
    /// What the model is told.
    pub text: String,
}

impl Prompts {
    /// Those that come with the server, save where `own` has one of that name.
    ///
    /// # Errors
    /// Says which of the team's own cannot be used, and why.
    pub fn new(own: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let prompt = |name: &str, built_in: &str| match own(name) {
            Some(file) => Prompt::read(name, &file),
            None => Prompt::read(name, built_in),
        };
        Ok(Self {
            chat: prompt("chat", include_str!("../../prompts/chat.md"))?,
            code: prompt("code", include_str!("../../prompts/code.md"))?,
            digest: prompt("digest", include_str!("../../prompts/digest.md"))?,
        })
    }
}

impl Prompt {
    /// A file: front matter with a version, then the text.
    fn read(name: &str, file: &str) -> Result<Self, String> {
        let wrong = |what: &str| Err(format!("{name}.md: {what}"));
        if file.len() > PROMPT_BYTES_MAX {
            return wrong(&format!("expected at most {PROMPT_BYTES_MAX} bytes"));
        }
        let file = file.replace("\r\n", "\n");
        let parts = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
        let Some((matter, text)) = parts else {
            return wrong("expected to begin with a line `---`, `version: …` and a line `---`");
        };
        let version = matter.lines().find_map(|line| line.strip_prefix("version:")).map(str::trim);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_version = |text: &&str| {
            (1..=VERSION_CHARS_MAX).contains(&text.len()) && text.chars().all(allowed)
        };
        let Some(version) = version.filter(is_version) else {
            return wrong("expected `version: ` and 1 to 32 of A-Z a-z 0-9 - _ .");
        };
        if text.trim().is_empty() {
            return wrong("expected a text after the version");
        }
        Ok(Self { label: format!("{name}@{version}"), text: text.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_the_server_speaks_both_languages() {
        let prompts = Prompts::new(|_| None).expect("they can be read");
        let is_hangul = |c: char| ('가'..='힣').contains(&c);
        for prompt in [&prompts.chat, &prompts.code, &prompts.digest] {
            let [korean, english] = prompt.text.lines().collect::<Vec<_>>()[..] else {
                panic!("a line in each language: {prompt:?}");
            };
            assert!(korean.chars().any(is_hangul) && english.is_ascii(), "{prompt:?}");
            assert!(prompt.label.ends_with("@1"));
        }
    }

    #[test]
    fn a_teams_own_takes_the_place_of_one() {
        let own = "---\r\nowner: us\r\nversion: team-3\r\n---\r\n\r\nSpeak like us.\r\n";
        let prompts = Prompts::new(|name| (name == "chat").then(|| own.to_owned())).expect("read");
        assert_eq!(prompts.chat.label, "chat@team-3");
        assert_eq!(prompts.chat.text, "Speak like us.");
        assert_eq!(prompts.code, Prompts::new(|_| None).expect("read").code);
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let large = format!("---\nversion: 1\n---\n{}", "x".repeat(PROMPT_BYTES_MAX));
        for (file, said) in [
            ("Speak.", "chat.md: expected to begin with"),
            ("---\nauthor: me\n---\nSpeak.", "chat.md: expected `version: `"),
            ("---\nversion: a b\n---\nSpeak.", "chat.md: expected `version: `"),
            ("---\nversion: 1\n---\n \n", "chat.md: expected a text"),
            (&large, "chat.md: expected at most"),
        ] {
            let refused = Prompts::new(|name| (name == "chat").then(|| file.to_owned()));
            assert!(refused.expect_err("refused").starts_with(said), "{said}");
        }
    }
}
