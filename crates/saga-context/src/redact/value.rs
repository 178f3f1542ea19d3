//! Whether what a secret name was given is a secret: it looks made or thought up, and is no word,
//! no code and no hole of a template.

/// A value and how it was given.
pub(super) struct Given<'a> {
    /// The end of the name, which says that it is one of a secret.
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) is_quoted: bool,
    /// By a sign that assigns or compares.
    pub(super) is_assigned: bool,
}

const PASSWORD_CHARS_MIN: usize = 6;
const KEY_CHARS_MIN: usize = 8;
/// A key in no quotes must look more like one.
const BARE_KEY_CHARS_MIN: usize = 16;
/// No word has so many letters of one case in a row.
const LETTERS_OF_NO_WORD: usize = 20;

impl Given<'_> {
    pub(super) fn is_secret(&self) -> bool {
        let Self { value, .. } = *self;
        let length = value.chars().count();
        if length < PASSWORD_CHARS_MIN || value.contains(char::is_whitespace) || is_hole(value) {
            return false;
        }
        let has_symbol = value.contains(|c| "!@#%^&*+=?~".contains(c));
        let has_digit = value.contains(|c: char| c.is_ascii_digit());
        let is_password = self.is_of_password();
        if !self.is_quoted {
            let is_mixed = has_digit && value.contains(char::is_alphabetic);
            let is_random = (length >= BARE_KEY_CHARS_MIN || has_symbol) && !reads_as_words(value);
            let is_given = (is_password && self.is_assigned) || is_random;
            return is_mixed && is_given && !names_itself(value);
        }
        if is_password {
            let is_one_word = value.chars().all(char::is_alphabetic);
            let is_thought_up = has_digit || has_symbol || (is_one_word && self.is_assigned);
            return is_thought_up && !names_itself(value);
        }
        let is_one_run =
            length >= LETTERS_OF_NO_WORD && value.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_random = (has_digit || has_symbol) && !reads_as_words(value);
        length >= KEY_CHARS_MIN && (is_one_run || is_random)
    }

    /// Whether the name is that of something people think up, and not of something made.
    fn is_of_password(&self) -> bool {
        let name = self.name.to_lowercase();
        let beginnings = ["pass", "pwd", "비밀번호", "비번", "암호", "패스워드"];
        beginnings.iter().any(|beginning| name.starts_with(beginning))
    }
}

/// A hole of a template, an address, or a row of stars or dots.
fn is_hole(value: &str) -> bool {
    let first = value.chars().next();
    value.starts_with(['$', '{', '<', '%', '[', '('])
        || value.starts_with("#{")
        || ["${", "{{", "://"].iter().any(|mark| value.contains(mark))
        || value.chars().all(|c| Some(c) == first)
}

/// A label or a name of what it is, as in `"password": "new_password_2"`.
fn names_itself(value: &str) -> bool {
    let value = value.to_lowercase();
    let words = ["password", "passwd", "pwd", "passphrase", "비밀번호", "암호"];
    words.iter().any(|word| value.contains(word))
}

/// Words with marks between them, as in `kubernetes.io/service-account-token`, `step-2` or
/// `utf8mb4_general`; no key looks like that.
fn reads_as_words(value: &str) -> bool {
    const WORD_LETTERS_MIN: usize = 3;
    const WORD_CHARS_MAX: usize = 16;
    let mut parts = value.split(['-', '_', '.', '/', ':', '@']);
    parts.all(|part| {
        let letters = part.chars().filter(|c| c.is_alphabetic()).count();
        let digits = part.chars().filter(char::is_ascii_digit).count();
        let length = part.chars().count();
        let is_number = digits == length && digits <= 4;
        let is_word = letters == length
            || (letters >= WORD_LETTERS_MIN && digits <= 2 && length <= WORD_CHARS_MAX);
        is_number || (is_word && letters + digits == length)
    })
}
