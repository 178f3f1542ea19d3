//! How a language marks its blocks, for reading text that no tree understands: which line opens
//! one, and what closes it. What a block means is not decided here.

/// Elements that never hold anything.
const VOID_TAGS: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// A header that is wider than this many lines is cut.
const HEADER_LINES_MAX: usize = 12;

/// What holds code together.
#[derive(Debug)]
pub(crate) enum Blocks {
    /// `{ … }`.
    Braces,
    /// A colon, and deeper lines below a statement that begins with one of the words.
    Statements(&'static [&'static str]),
    /// Deeper lines below a key.
    Keys,
    /// Words on both sides: Ruby's `def … end`.
    Words {
        /// A line that begins with one opens a block.
        first: &'static [&'static str],
        /// So does a line that ends with one.
        last: &'static [&'static str],
        /// What closes a block.
        ends: &'static [&'static str],
    },
    /// `<a> … </a>`.
    Tags,
    /// Paragraphs under headings.
    Prose,
}

impl Blocks {
    /// Whether nothing but indentation says where a block ends.
    pub(crate) fn by_indentation(&self) -> bool {
        matches!(self, Self::Statements(_) | Self::Keys)
    }

    /// Whether a block is opened at the end of `line`.
    pub(crate) fn opened_by(&self, line: &str) -> bool {
        let line = line.trim();
        match self {
            Self::Braces => line.ends_with('{'),
            // After a dictionary's key a colon opens nothing; after the end of a header that
            // began on an earlier line it does.
            Self::Statements(words) => {
                line.ends_with(':')
                    && (words.contains(&first_word(line)) || line.starts_with([')', ']']))
            }
            Self::Keys => line.ends_with([':', '|', '>']),
            Self::Words { first, last, .. } => {
                first.contains(&first_word(line)) || last.contains(&last_word(line))
            }
            Self::Tags => opens_tag(line),
            Self::Prose => false,
        }
    }

    /// Whether a block is closed at the start of `text`.
    pub(crate) fn closed_by(&self, text: &str) -> bool {
        match self {
            Self::Braces => text.starts_with('}'),
            Self::Words { ends, .. } => ends.iter().any(|end| text.starts_with(end)),
            Self::Tags => text.starts_with("</"),
            Self::Statements(_) | Self::Keys | Self::Prose => false,
        }
    }

    /// The lines of the header that begins with the first of `lines`; none when no block follows.
    pub(crate) fn header_lines(&self, lines: &[&str]) -> Option<usize> {
        let opens = |line: &&str| match self {
            Self::Statements(_) => line.trim_end().ends_with(':'),
            // A block that is an argument is no header.
            Self::Words { first, .. } => {
                first.contains(&first_word(line.trim())) || line.trim_end().ends_with('{')
            }
            _ => self.opened_by(line),
        };
        let is_finished =
            |line: &str| matches!(self, Self::Braces) && line.trim_end().ends_with(';');
        let lines_max = match self {
            Self::Braces | Self::Statements(_) => HEADER_LINES_MAX,
            Self::Keys | Self::Words { .. } | Self::Tags | Self::Prose => 1,
        };
        let last = lines.iter().take(lines_max).position(opens)?;
        (!lines[..last].iter().any(|line| is_finished(line))).then_some(last + 1)
    }
}

/// The letters and digits a line begins with.
pub(crate) fn first_word(line: &str) -> &str {
    line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(line)
}

/// The last word, without the names a block gives its arguments: `each do |one|`.
fn last_word(line: &str) -> &str {
    let line = match line.strip_suffix('|') {
        Some(named) => named.rsplit_once('|').map_or(line, |(before, _)| before.trim_end()),
        None => line,
    };
    line.rsplit(char::is_whitespace).next().unwrap_or(line)
}

fn opens_tag(line: &str) -> bool {
    let Some((_, tag)) = line.strip_suffix('>').and_then(|line| line.rsplit_once('<')) else {
        return false;
    };
    let is_name = tag.starts_with(char::is_alphabetic);
    is_name && !tag.ends_with('/') && !VOID_TAGS.contains(&first_word(tag))
}
