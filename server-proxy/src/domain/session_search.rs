//! A caller's conversations searched for words, in their names and in what was said.
//!
//! Conversations are looked through one after the other, the newest first, until enough was read. A
//! conversation is found when every word stands somewhere in it, whatever the case of its letters.

use saga_protocol::chat::{Session, SessionList, SessionSummary, Turn};

use crate::domain::ports::{Caller, MemoryError, SessionMemory};

/// Bytes of conversations that one search reads.
const READ_BYTES_MAX: usize = 8 << 20;
/// Words that are searched for; more are passed over.
const WORDS_MAX: usize = 8;
/// Characters around what was found, in a list of conversations.
const EXCERPT_CHARS: usize = 40;
/// The same where each place is shown.
const PLACE_CHARS: usize = 160;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Query {
    /// In small letters.
    words: Vec<String>,
}

/// A text of a conversation in which some of the words stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The request that made the turn.
    pub turn: String,
    /// Unix milliseconds of the turn.
    pub at: u64,
    /// Which of the turn's texts it is.
    pub part: Part,
    /// What stands there, on one line.
    pub excerpt: String,
}

/// A text of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the user said.
    Question,
    /// What the model answered.
    Answer,
    /// Code beside the question, by its path.
    Code(String),
}

impl Query {
    /// The words of a text; `None` when there are none.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let words: Vec<String> =
            text.split_whitespace().take(WORDS_MAX).map(str::to_lowercase).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// Where in a conversation the words stand: the places with the most of them first, then the
    /// newest ones.
    #[must_use]
    pub fn places(&self, session: &Session, places_max: usize) -> Vec<Place> {
        let mut found: Vec<(usize, Place)> = Vec::new();
        for turn in session.log.iter().rev() {
            let code =
                turn.context.iter().map(|block| (Part::Code(block.path.clone()), &block.text));
            let said = [(Part::Answer, &turn.assistant), (Part::Question, &turn.user)];
            for (part, text) in said.into_iter().chain(code) {
                let lower = text.to_lowercase();
                let held = self.words.iter().filter(|word| lower.contains(word.as_str()));
                let mut held = held.peekable();
                let excerpt = held.peek().and_then(|word| around(text, word, PLACE_CHARS));
                let Some(excerpt) = excerpt else { continue };
                let (turn, at) = (turn.request_id.clone(), turn.at);
                found.push((held.count(), Place { turn, at, part, excerpt }));
            }
        }
        found.sort_by_key(|(held, _)| std::cmp::Reverse(*held));
        found.into_iter().map(|(_, place)| place).take(places_max).collect()
    }

    /// The conversation as it is listed, when all words are in it.
    fn find(&self, session: Session) -> Option<SessionSummary> {
        let mut missing: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let title = session.summary.title.to_lowercase();
        missing.retain(|word| !title.contains(word));
        let mut excerpt = None;
        for text in session.log.iter().flat_map(texts) {
            let lower = text.to_lowercase();
            let found = self.words.iter().find(|word| lower.contains(word.as_str()));
            if let (None, Some(word)) = (&excerpt, found) {
                excerpt = around(text, word, EXCERPT_CHARS);
            }
            missing.retain(|word| !lower.contains(word));
            if missing.is_empty() && excerpt.is_some() {
                break;
            }
        }
        missing.is_empty().then_some(SessionSummary { excerpt, ..session.summary })
    }
}

/// Searches the caller's conversations.
///
/// # Errors
/// When they cannot be read.
pub async fn search(
    memory: &dyn SessionMemory,
    caller: &Caller,
    query: &Query,
) -> Result<SessionList, MemoryError> {
    let all = memory.list(caller).await?;
    let mut found = SessionList::default();
    let mut read_bytes = 0;
    for (seen, summary) in all.iter().enumerate() {
        if read_bytes >= READ_BYTES_MAX {
            found.stopped_after = u32::try_from(seen).ok();
            break;
        }
        // One that was forgotten in between is not found.
        let Some(known) = memory.read(caller, &summary.id).await? else { continue };
        let texts = known.session.log.iter().flat_map(texts);
        read_bytes += texts.map(str::len).sum::<usize>();
        found.sessions.extend(query.find(known.session));
        // Others may answer between two of them.
        tokio::task::yield_now().await;
    }
    Ok(found)
}

fn texts(turn: &Turn) -> impl Iterator<Item = &str> {
    let code = turn.context.iter().flat_map(|block| [block.path.as_str(), block.text.as_str()]);
    [turn.user.as_str(), turn.assistant.as_str()].into_iter().chain(code)
}

/// What stands around the first place of `word`, on one line.
fn around(text: &str, word: &str, chars: usize) -> Option<String> {
    // Small letters may take more or fewer bytes than the ones they stand for.
    let mut lower = String::with_capacity(text.len());
    let mut places = Vec::new();
    for (at, c) in text.char_indices() {
        places.push((lower.len(), at));
        lower.extend(c.to_lowercase());
    }
    let found = lower.find(word)?;
    let nearest = places.partition_point(|(in_lower, _)| *in_lower <= found).checked_sub(1)?;
    let begin = nearest.saturating_sub(chars);
    let length = nearest - begin + word.chars().count() + chars;
    let line: String = text[places[begin].1..]
        .chars()
        .take(length)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Some(line.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use saga_protocol::chat::ChatContext;

    fn session(title: &str, said: &[(&str, &str)]) -> Session {
        let turn = |(user, assistant): &(&str, &str)| Turn {
            user: (*user).to_owned(),
            assistant: (*assistant).to_owned(),
            ..Turn::default()
        };
        let summary = SessionSummary { title: title.to_owned(), ..SessionSummary::default() };
        Session { summary, log: said.iter().map(turn).collect(), digest: None }
    }

    /// What is searched, and the words around it; `-` when it is not found, `+` when only in a name.
    fn check(query: &str, expected: &str) {
        let said = [
            ("스택이 뭐예요?", "마지막에 넣은 것을\n먼저 꺼냅니다. LIFO, last in first out."),
            ("And a queue in İstanbul?", "First in, first out."),
        ];
        let query = Query::of(query).expect("words");
        let found = query.find(session("Data structures", &said));
        let seen = found.map(|found| found.excerpt.unwrap_or("+".to_owned()));
        assert_eq!(seen.as_deref().unwrap_or("-"), expected);
    }

    #[test]
    fn all_words_must_stand_somewhere_in_a_conversation() {
        check("스택", "스택이 뭐예요?");
        check("lifo", "마지막에 넣은 것을 먼저 꺼냅니다. LIFO, last in first out.");
        check("QUEUE 스택이", "스택이 뭐예요?");
        check("istanbul?", "-");
        check("İSTANBUL", "And a queue in İstanbul?");
        check("structures", "+");
        check("structures stack", "-");
        check("heap", "-");
        assert!(Query::of(" \n").is_none());
    }

    #[test]
    fn an_excerpt_is_short_and_cuts_no_character() {
        let long = format!("{}🙂 needle {}", "가".repeat(500), "나\n".repeat(500));
        let seen = around(&long, "needle", EXCERPT_CHARS).expect("it is there");
        assert!(seen.chars().count() <= 2 * EXCERPT_CHARS + 10, "{seen}");
        assert!(seen.starts_with('가') && seen.contains("🙂 needle 나 나"), "{seen}");
    }

    #[test]
    fn places_with_more_of_the_words_come_first_and_then_the_newest() {
        let said = [("a stack", "LIFO"), ("a queue", "FIFO, unlike a stack"), ("lifo?", "a STACK")];
        let mut session = session("", &said);
        for (number, turn) in session.log.iter_mut().enumerate() {
            turn.request_id = number.to_string();
        }
        let code = ChatContext {
            path: "stack.ts".to_owned(),
            text: "class Stack {} // lifo".to_owned(),
            ..ChatContext::default()
        };
        session.log[0].context.push(code);
        let query = Query::of("stack LIFO").expect("words");
        let seen = query.places(&session, 4).into_iter();
        let seen: Vec<_> = seen.map(|one| (one.turn, one.part, one.excerpt)).collect();
        let place = |turn: &str, part, excerpt: &str| (turn.to_owned(), part, excerpt.to_owned());
        let path = Part::Code("stack.ts".to_owned());
        assert_eq!(
            seen,
            [
                place("0", path, "class Stack {} // lifo"),
                place("2", Part::Answer, "a STACK"),
                place("2", Part::Question, "lifo?"),
                place("1", Part::Answer, "FIFO, unlike a stack"),
            ]
        );
    }
}
