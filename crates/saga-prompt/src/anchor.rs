//! What of a document's completion prompt stays put while its user types.
//!
//! Model servers reuse only the longest common start of two prompts, so everything that could
//! change with a key is frozen until it is clearly stale, and the window on the text before the
//! cursor moves in jumps. One [`Anchor`] belongs to one document; it is a plain value.

use saga_domain::control::neutralise;
use saga_domain::{Context, Fim, FimFiles, TemplateFamily};

use crate::fence::{fence_around, tag};
use crate::tokens::Calibration;

/// Bytes by which the start of the window is recognised when text above it changed.
const HEAD_BYTES: usize = 512;
/// Lines after the cursor that are compared with the frozen ones.
const COMPARED_LINES: usize = 20;
/// Compared lines that may differ, and frozen lines that may have moved above the cursor,
/// before the frozen ones mislead more than a fresh start costs.
const STALE_LINES: usize = 6;
/// Snippets that must be new, together with most of all, before they are worth a fresh start.
const STALE_SNIPPETS: usize = 3;

/// What stays the same from prompt to prompt of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// Absent before the first prompt.
    frozen: Option<Frozen>,
    /// Where the window starts in the text before the cursor, as it was last seen.
    start: usize,
    /// The window's first bytes, as they were last seen.
    head: String,
}

/// The part of a prompt that stands before the file's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frozen {
    path: String,
    language: String,
    style: Style,
    /// Snippets of other files, rendered.
    related: String,
    /// Lines of this file that stand above the window: imports and scopes.
    own: String,
    /// All that were there to be told, also those that did not fit.
    snippets: Vec<String>,
    /// The rest of the cursor's line, when it says something.
    rest: String,
    /// Whole lines after the cursor, led by `rest`.
    suffix: String,
    fence: String,
    tokens: u32,
}

/// What the model decides of a prompt's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) template: TemplateFamily,
    pub(crate) fim: Fim,
}

/// How snippets of other files are shown.
enum Headings {
    /// For people's eyes.
    Words,
    /// By the marks of a family that fills holes.
    Marks(FimFiles),
    /// Not at all.
    None,
}

/// How much of what a prompt may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Tokens for everything that is not fixed text.
    pub(crate) tokens: u32,
    pub(crate) prefix_lines: usize,
    pub(crate) suffix_lines: usize,
    pub(crate) calibration: Calibration,
}

/// The parts of a prompt, in their order.
pub(crate) struct Parts<'a> {
    /// What other files say. For a family's own marks it is neutralised.
    pub(crate) related: &'a str,
    /// Lines of this file that stand above the window.
    pub(crate) own: &'a str,
    /// What follows the cursor, without line ends at both ends.
    pub(crate) suffix: &'a str,
    /// Whether the suffix begins on the cursor's line.
    pub(crate) goes_on: bool,
    pub(crate) fence: &'a str,
    /// Where the window starts in the text before the cursor.
    pub(crate) start: usize,
}

impl Anchor {
    /// Brings the anchor up to date with what stands around the cursor now, changing as little
    /// as possible.
    pub(crate) fn settle(&mut self, context: &Context, style: Style, room: Room) -> Parts<'_> {
        let found = self.find_start(&context.prefix);
        let still_good = self.frozen.as_ref().is_some_and(|frozen| frozen.fits(context, style));
        let frozen = match self.frozen.take() {
            Some(frozen) if still_good => {
                let tokens_max = room.tokens.saturating_sub(frozen.tokens);
                match found
                    .filter(|start| is_good_window(&context.prefix, *start, tokens_max, room))
                {
                    Some(start) => {
                        self.start = start;
                        frozen
                    }
                    // The jump costs nearly everything, so the rest is refreshed with it.
                    None => self.start_afresh(context, style, room),
                }
            }
            _ => self.start_afresh(context, style, room),
        };
        self.head = head_of(&context.prefix[self.start..]).to_owned();
        let frozen = self.frozen.insert(frozen);
        Parts {
            related: &frozen.related,
            own: &frozen.own,
            suffix: &frozen.suffix,
            goes_on: !frozen.rest.is_empty(),
            fence: &frozen.fence,
            start: self.start,
        }
    }

    fn start_afresh(&mut self, context: &Context, style: Style, room: Room) -> Frozen {
        let suffix = frozen_suffix(&context.suffix, room);
        // Where the window will start decides which imports and scopes it holds already.
        let prefix_tokens = room.tokens / 2;
        self.start = window_start(&context.prefix, prefix_tokens, room);
        let window = &context.prefix[self.start..];
        let (related, own) = render_related(context, window, &headings(style), room);
        let tokens = [&related, &own, &suffix].map(|text| room.calibration.estimate(text));
        Frozen {
            path: context.path.clone(),
            language: context.language.clone(),
            style,
            fence: fence_around([context.prefix.as_str(), &context.suffix, &related]),
            related,
            own,
            rest: split_rest_of_line(&context.suffix).0.to_owned(),
            snippets: context.snippets.iter().map(|snippet| snippet.text.clone()).collect(),
            suffix,
            tokens: tokens.iter().sum(),
        }
    }

    /// Where the window that was used last starts in `prefix`.
    fn find_start(&self, prefix: &str) -> Option<usize> {
        if prefix.get(self.start..).is_some_and(|window| window.starts_with(&self.head)) {
            return Some(self.start);
        }
        // Text above the window changed: the same text now stands elsewhere.
        if self.head.len() + 4 > HEAD_BYTES { prefix.find(&self.head) } else { None }
    }
}

impl Frozen {
    fn fits(&self, context: &Context, style: Style) -> bool {
        self.path == context.path
            && self.language == context.language
            && self.style == style
            && self.suffix_fits(&context.suffix)
            && !self.snippets_are_stale(context)
            && fence_around([context.prefix.as_str(), context.suffix.as_str()]).len()
                <= self.fence.len()
    }

    fn suffix_fits(&self, suffix: &str) -> bool {
        let (rest, below) = split_rest_of_line(suffix);
        if rest != self.rest {
            return false;
        }
        let frozen: Vec<&str> = self
            .suffix
            .lines()
            .skip(usize::from(!rest.is_empty()))
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .collect();
        let now: Vec<&str> = below
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .take(COMPARED_LINES)
            .collect();
        // Both walk downwards, so a line that occurs twice is not taken for the later one.
        let (mut at, mut matched, mut first_match) = (0, 0, None);
        for line in &now {
            if let Some(step) = frozen[at..].iter().position(|other| other == line) {
                first_match.get_or_insert(at + step);
                matched += 1;
                at += step + 1;
            }
        }
        let compared = now.len().min(frozen.len().max(STALE_LINES));
        let passed_by = first_match.unwrap_or(frozen.len());
        compared.saturating_sub(matched) <= STALE_LINES && passed_by <= STALE_LINES
    }

    fn snippets_are_stale(&self, context: &Context) -> bool {
        let new = context
            .snippets
            .iter()
            .filter(|snippet| !self.snippets.contains(&snippet.text))
            .count();
        new >= STALE_SNIPPETS && new * 2 > context.snippets.len()
    }
}

/// The rest of the cursor's line, when it says something, and everything below it.
///
/// Closing brackets and quotes come and go as the user types; only words are worth freezing.
fn split_rest_of_line(suffix: &str) -> (&str, &str) {
    let (rest, below) = suffix.split_once('\n').unwrap_or((suffix, ""));
    let says_something = rest.chars().any(char::is_alphanumeric);
    (if says_something { rest.trim_end() } else { "" }, below)
}

fn frozen_suffix(suffix: &str, room: Room) -> String {
    let (rest, below) = split_rest_of_line(suffix);
    let tokens_max = room.tokens / 5;
    let mut out = String::new();
    let mut tokens = 0;
    let rest = Some(rest).filter(|rest| !rest.is_empty());
    for line in rest.into_iter().chain(below.lines()).take(room.suffix_lines) {
        tokens += room.calibration.estimate(line) + 1;
        if tokens > tokens_max {
            break;
        }
        out.push_str(line);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.drain(..out.len() - out.trim_start_matches('\n').len());
    out
}

fn headings(style: Style) -> Headings {
    match style.fim {
        Fim::None => Headings::Words,
        Fim::Suffix => Headings::None,
        Fim::Tokens(family) => family.row().files.map_or(Headings::None, Headings::Marks),
    }
}

/// What the window does not show but the model should know: what other files say, and lines of
/// this one.
fn render_related(
    context: &Context,
    window: &str,
    headings: &Headings,
    room: Room,
) -> (String, String) {
    let tokens_max = room.tokens / 5;
    let mut tokens = 0;
    let mut add = |out: &mut String, piece: &str| {
        tokens += room.calibration.estimate(piece);
        let fits = tokens <= tokens_max;
        if fits {
            out.push_str(piece);
        }
        fits
    };
    let mut related = String::new();
    let snippets = match headings {
        Headings::None => &[],
        _ => context.snippets.as_slice(),
    };
    let mut path = None;
    for (number, snippet) in snippets.iter().enumerate() {
        let text = snippet.text.trim_end();
        let is_new = path != Some(&snippet.path);
        path = Some(&snippet.path);
        let piece = match headings {
            Headings::Words if is_new => format!("{}:\n{text}\n", snippet.path),
            Headings::Marks(files) => {
                let is_last = snippets.get(number + 1).is_none_or(|next| next.path != snippet.path);
                marked(files, is_new.then_some(snippet.path.as_str()), text, is_last)
            }
            _ => format!("{text}\n"),
        };
        if !add(&mut related, &piece) {
            break;
        }
    }
    let mut own = String::new();
    let above = context.imports.iter().chain(&context.scopes);
    for line in above.filter(|line| !window.contains(line.trim_end())) {
        if !add(&mut own, &format!("{}\n", line.trim_end())) {
            break;
        }
    }
    (related, own)
}

/// One piece of a file between the marks of a family. The marks are real, the rest is not.
fn marked(files: &FimFiles, path: Option<&str>, text: &str, is_last: bool) -> String {
    let heading = path.map(|path| format!("{}{}\n", files.before_path, neutralise(path)));
    let end = if is_last { files.after_file } else { "\n" };
    format!("{}{}{end}", heading.unwrap_or_default(), neutralise(text))
}

/// Whether the window from `start` can be kept: not too long, and not so short that the text
/// above it, now near the cursor, is missed.
fn is_good_window(prefix: &str, start: usize, tokens_max: u32, room: Room) -> bool {
    let lines_max = room.prefix_lines;
    let window = &prefix[start..];
    let lines = window.matches('\n').count() + 1;
    let too_short = start > 0 && lines * 8 < lines_max;
    lines <= lines_max && !too_short && room.calibration.estimate(window) <= tokens_max
}

/// Where a fresh window starts: at the start of the text when all of it fits, else so that half
/// of what may be is used and typing can go on for long.
fn window_start(prefix: &str, tokens_max: u32, room: Room) -> usize {
    // A byte is never more than a token by our estimate, so this much decides.
    let nearest = usize::try_from(tokens_max).unwrap_or(usize::MAX).saturating_mul(16);
    let near = &prefix[ceil_char_boundary(prefix, prefix.len().saturating_sub(nearest))..];
    if near.len() == prefix.len() && is_good_window(prefix, 0, tokens_max, room) {
        return 0;
    }
    let mut start = prefix.len();
    let mut tokens = 0;
    for line in near.split_inclusive('\n').rev().take((room.prefix_lines / 2).max(1)) {
        let line_tokens = room.calibration.estimate(line);
        if tokens + line_tokens > tokens_max / 2 {
            break;
        }
        tokens += line_tokens;
        start -= line.len();
    }
    if start == prefix.len() && !prefix.ends_with('\n') {
        return start_within_line(near, prefix.len(), tokens_max / 2, room.calibration);
    }
    start
}

/// For a line that is longer than the whole window may be.
fn start_within_line(
    near: &str,
    prefix_len: usize,
    tokens_max: u32,
    calibration: Calibration,
) -> usize {
    let mut keep = near.len();
    while keep > 0 {
        let from = ceil_char_boundary(near, near.len() - keep);
        if calibration.estimate(&near[from..]) <= tokens_max {
            return prefix_len - (near.len() - from);
        }
        keep /= 2;
    }
    prefix_len
}

fn head_of(window: &str) -> &str {
    &window[..floor_char_boundary(window, HEAD_BYTES)]
}

fn ceil_char_boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The fence's opening line, as it stands in prompts.
pub(crate) fn opening(fence: &str, language: &str) -> String {
    format!("{fence}{}\n", tag(language))
}
