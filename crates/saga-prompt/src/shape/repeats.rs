//! Small models fall into loops; the first round is kept, the others are not shown.

/// Times a block of lines must stand in a row.
const BLOCK_TIMES: usize = 3;
const BLOCK_LINES_MAX: usize = 5;
/// Times a piece of one line must stand in a row, and the bytes that this must make.
const PIECE_TIMES: usize = 6;
const PIECE_CHARS_MAX: usize = 24;
const PIECES_CHARS_MIN: usize = 24;

/// When the last lines are one block again and again: the index where its second round begins.
pub(super) fn block(lines: &[&str]) -> Option<usize> {
    (1..=BLOCK_LINES_MAX).find_map(|length| {
        let first = lines.len().checked_sub(length * BLOCK_TIMES)?;
        let rounds = &lines[first..];
        let says_something = rounds[..length].iter().any(|line| says_something(line));
        let is_repeated = rounds[length..].iter().zip(rounds).all(|(line, before)| line == before);
        (says_something && is_repeated).then_some(first + length)
    })
}

/// When a line holds one piece again and again: the byte where the second round begins.
///
/// Found from the left, so that a longer line gives the same answer.
pub(super) fn piece(line: &str) -> Option<usize> {
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    let mut runs = [0_usize; PIECE_CHARS_MAX + 1];
    for (at, (_, c)) in chars.iter().enumerate() {
        for length in 1..=PIECE_CHARS_MAX.min(at) {
            runs[length] = if chars[at - length].1 == *c { runs[length] + 1 } else { 0 };
            let total = runs[length] + length;
            if total < length * PIECE_TIMES || total < PIECES_CHARS_MIN {
                continue;
            }
            let second = at + 1 - runs[length];
            let first_round = &line[chars[second - length].0..chars[second].0];
            if says_something(first_round) {
                return Some(chars[second].0);
            }
        }
    }
    None
}

/// Rows of brackets or dashes are layout.
pub(super) fn says_something(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphanumeric()).take(3).count() == 3
        || text.chars().any(|c| c.is_alphanumeric() && !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks() {
        assert_eq!(block(&["x()", "foo()", "foo()", "foo()"]), Some(2));
        assert_eq!(block(&["if a:", "  foo()", "if a:", "  foo()", "if a:", "  foo()"]), Some(2));
        assert_eq!(block(&["foo()", "foo()"]), None);
        assert_eq!(block(&["],", "],", "],"]), None);
    }

    #[test]
    fn pieces() {
        let line = format!("x = {}", "foo.".repeat(20));
        assert_eq!(piece(&line), Some(8));
        assert_eq!(piece(&"가".repeat(60)), Some(3));
        assert_eq!(piece(&format!("# {}", "-".repeat(70))), None);
        assert_eq!(piece("a, b, c, d, e, f, g, h, i, j, k"), None);
    }
}
