//! The text of a file in one piece. Rules look at thousands of short places in it, each of which
//! would cost a walk down the rope and a copy.

use std::ops::Range;

use crop::Rope;

pub(super) struct Source {
    text: String,
    /// Where each line starts.
    lines: Vec<usize>,
}

impl Source {
    pub(super) fn read(rope: &Rope) -> Self {
        let text: String = rope.chunks().collect();
        let breaks = text.match_indices('\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { text, lines }
    }

    /// The text of a range of a tree that is current; empty where there is none.
    pub(super) fn of(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// The last bytes before a place, as many as are whole characters.
    pub(super) fn before(&self, at: usize, bytes: usize) -> &str {
        let from = (at.saturating_sub(bytes)..=at).find(|from| self.text.is_char_boundary(*from));
        from.map_or("", |from| self.of(from..at))
    }

    /// A line without its break; empty behind the end.
    pub(super) fn line(&self, row: usize) -> &str {
        let Some(start) = self.lines.get(row).copied() else { return "" };
        let end = self.lines.get(row + 1).map_or(self.text.len(), |next| next - 1);
        let line = self.of(start..end);
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// Each line with where it starts.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().enumerate().map(|(row, start)| (*start, self.line(row)))
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line that holds a place, counted from 0.
    pub(super) fn row(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// Where the line that holds a place ends, before its break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let row = self.row(at);
        self.lines.get(row).map_or(self.text.len(), |start| start + self.line(row).len())
    }
}
