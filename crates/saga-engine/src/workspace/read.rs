//! One file from disk, when it is text that somebody wrote.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::SystemTime;

use super::left_out::LeftOut;

/// Bytes at the beginning of a file in which a zero means that it is no text.
const PROBED_BYTES: usize = 8 << 10;
/// Bytes of a line that nobody wrote.
const LINE_BYTES_MAX: usize = 4 << 10;
/// Bytes that lines have on average when a program left out the line ends.
const LINE_BYTES_MEAN_MAX: usize = 200;
/// A file that is shorter may have long lines.
const JUDGED_BYTES_MIN: usize = 2 << 10;

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

/// A file that is open, and not read yet.
pub(super) struct Opened {
    file: File,
    pub(super) stamp: Stamp,
}

/// Opens a file.
pub(super) fn open(path: &Path) -> Result<Opened, LeftOut> {
    let file = File::open(path).map_err(|_| LeftOut::Unreadable)?;
    let facts = file.metadata().map_err(|_| LeftOut::Unreadable)?;
    if !facts.is_file() {
        return Err(LeftOut::Unreadable);
    }
    Ok(Opened { file, stamp: Stamp { bytes: facts.len(), modified: facts.modified().ok() } })
}

impl Opened {
    pub(super) fn bytes(&self) -> u64 {
        self.stamp.bytes
    }

    /// The text when somebody wrote it, line ends as `\n`.
    pub(super) fn text(self, bytes_max: usize) -> Result<String, LeftOut> {
        let text = self.any_text(bytes_max)?;
        if is_generated(&text) { Err(LeftOut::Generated) } else { Ok(text) }
    }

    /// The text, line ends as `\n`, also when a program wrote it.
    pub(super) fn any_text(self, bytes_max: usize) -> Result<String, LeftOut> {
        if self.stamp.bytes > bytes_max as u64 {
            return Err(LeftOut::TooLarge);
        }
        // It may have grown since.
        let mut bytes = Vec::with_capacity(self.stamp.bytes as usize);
        let read = self.file.take(bytes_max as u64 + 1).read_to_end(&mut bytes);
        if read.map_err(|_| LeftOut::Unreadable)? > bytes_max {
            return Err(LeftOut::TooLarge);
        }
        text(bytes)
    }
}

fn text(bytes: Vec<u8>) -> Result<String, LeftOut> {
    if bytes.iter().take(PROBED_BYTES).any(|byte| *byte == 0) {
        return Err(LeftOut::Binary);
    }
    let text = String::from_utf8(bytes).map_err(|_| LeftOut::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(if text.contains('\r') { text.replace("\r\n", "\n") } else { text })
}

/// Whether the lines are longer than what people write: minified, or data.
fn is_generated(text: &str) -> bool {
    let lines = text.split('\n').count();
    text.len() >= JUDGED_BYTES_MIN
        && (text.len() / lines > LINE_BYTES_MEAN_MAX
            || text.split('\n').any(|line| line.len() > LINE_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn check(bytes: &[u8], expected: Result<&str, LeftOut>) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("room for it");
        let text = open(file.path()).and_then(|opened| opened.text(1 << 20));
        assert_eq!(text.as_deref().map_err(|why| *why), expected);
    }

    #[test]
    fn text_that_somebody_wrote_is_read() {
        check("값 = 1\r\nx = 2\r\n".as_bytes(), Ok("값 = 1\nx = 2\n"));
        check("\u{feff}x = 1\n".as_bytes(), Ok("x = 1\n"));
        check(b"", Ok(""));
        check(b"a\rb", Ok("a\rb"));
    }

    #[test]
    fn all_else_is_left_out() {
        check(b"\x7fELF\0\0", Err(LeftOut::Binary));
        check(b"\xb0\xa1\xb3\xaa", Err(LeftOut::NotUtf8));
        check("x=1;".repeat(1_000).as_bytes(), Err(LeftOut::Generated));
        let one_long_line = format!("{}{}\n", "x = 1\n".repeat(1_000), "9".repeat(5_000));
        check(one_long_line.as_bytes(), Err(LeftOut::Generated));
        let short = "x=1;".repeat(100);
        check(short.as_bytes(), Ok(&short));
    }
}
