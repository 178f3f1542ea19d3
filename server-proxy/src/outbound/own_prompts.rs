//! A team's own system prompts, read from a folder once when the server starts.

use std::io;
use std::path::Path;

use crate::domain::prompts::{NAMES, Prompts};

/// The prompts: those of the folder, and those that come with the server where it has none.
///
/// # Errors
/// Names the folder or the file that cannot be used.
pub fn read(folder: Option<&Path>) -> io::Result<Prompts> {
    let mut own = Vec::new();
    if let Some(folder) = folder {
        let named = |error: &io::Error, path: &Path| {
            let message = format!("CODESAGA_PROMPTS_DIR '{}': {error}", path.display());
            io::Error::new(error.kind(), message)
        };
        // A folder that is not there must not look like one without prompts.
        std::fs::read_dir(folder).map_err(|error| named(&error, folder))?;
        for name in NAMES {
            let path = folder.join(format!("{name}.md"));
            match std::fs::read_to_string(&path) {
                Ok(text) => own.push((name, text)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(named(&error, &path)),
            }
        }
        if own.is_empty() {
            let none = io::Error::new(
                io::ErrorKind::NotFound,
                "expected one of chat.md, code.md, digest.md in it",
            );
            return Err(named(&none, folder));
        }
    }
    let found =
        |name: &str| own.iter().find(|(known, _)| *known == name).map(|(_, text)| text.clone());
    Prompts::new(found).map_err(|what| {
        io::Error::new(io::ErrorKind::InvalidData, format!("CODESAGA_PROMPTS_DIR: {what}"))
    })
}
