//! `codesaga-proxy top`: who waits, who is answered and how the instances do, live in a terminal.
//!
//! It asks a running server as any client would, with a key that has the scope `admin`. Without a
//! terminal it writes what it sees once, as text.

use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

use http::Uri;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::text::Span;
use saga_protocol::state::ServerState;

use crate::config::Language;
use crate::outbound::own_server::OwnServer;

mod view;

use view::Seen;

const ASK_EVERY: Duration = Duration::from_secs(1);

/// What is written where there is no terminal.
const TEXT_WIDTH: u16 = 80;
const TEXT_HEIGHT: u16 = 24;

/// Whom to ask, and as whom.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server's base address.
    pub server: Uri,
    /// A key with the scope `admin`; a server without keys needs none.
    pub key: Option<String>,
}

/// Shows until `q`, or writes once.
///
/// # Errors
/// When the server cannot be asked, or the terminal cannot be written to.
pub fn run(options: Options, language: Language, out: &mut impl Write) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = OwnServer::new(options.server, options.key)?;
    let ask = || runtime.block_on(server.state()).map_err(|failure| failure.message);
    let mut seen = Seen::default();
    seen.take(ask());
    if !io::stdout().is_terminal() {
        return match &seen.trouble {
            Some(trouble) => Err(io::Error::other(trouble.clone())),
            None => write!(out, "{}", text(&seen, language)),
        };
    }
    let mut terminal = ratatui::try_init()?;
    let outcome = live(&mut terminal, &mut seen, language, ask);
    ratatui::try_restore()?;
    outcome
}

fn live(
    terminal: &mut ratatui::DefaultTerminal,
    seen: &mut Seen,
    language: Language,
    ask: impl Fn() -> Result<ServerState, String>,
) -> io::Result<()> {
    loop {
        terminal.draw(|frame| view::draw(frame.buffer_mut(), seen, language))?;
        let until = Instant::now() + ASK_EVERY;
        while event::poll(until.saturating_duration_since(Instant::now()))? {
            match event::read()? {
                Event::Key(key) if key.kind == KeyEventKind::Press && quits(key) => return Ok(()),
                Event::Resize(..) => {
                    terminal.draw(|frame| view::draw(frame.buffer_mut(), seen, language))?;
                }
                _ => {}
            }
        }
        seen.take(ask());
    }
}

fn quits(key: event::KeyEvent) -> bool {
    let is_interrupt = key.modifiers.contains(KeyModifiers::CONTROL);
    matches!(key.code, KeyCode::Char('q') | KeyCode::Esc)
        || (is_interrupt && key.code == KeyCode::Char('c'))
}

/// The view as lines of text.
fn text(seen: &Seen, language: Language) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, TEXT_WIDTH, TEXT_HEIGHT));
    view::draw(&mut buffer, seen, language);
    lines(&buffer)
}

fn lines(buffer: &Buffer) -> String {
    let mut text = String::new();
    for row in buffer.area.rows() {
        let mut line = String::new();
        let mut x = row.x;
        while x < row.right() {
            let symbol = buffer[(x, row.y)].symbol();
            line.push_str(symbol);
            // A wide character covers the cell after it.
            x += u16::try_from(Span::raw(symbol).width()).unwrap_or(1).max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
