//! Where the model servers are and what names stand for: in a setting each, or in a file that can be
//! read again while the server runs.

use std::path::Path;
use std::{fs, io};

use http::Uri;

use crate::domain::models::names::DEFAULT;

/// Bytes of the file.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// Model servers in it.
const SERVERS_MAX: usize = 64;

/// Model servers, the preferred one first, and names of the team's own.
#[derive(Clone, Debug)]
pub(crate) struct Servers {
    pub(crate) upstreams: Vec<Uri>,
    pub(crate) aliases: Vec<(String, String)>,
}

/// Pairs of a name and the model it stands for.
#[derive(Clone, Debug)]
pub(super) struct Aliases(pub(super) Vec<(String, String)>);

impl Servers {
    /// Reads a file: a base address or a `name=model` a line, `#` before a comment.
    ///
    /// # Errors
    /// When it cannot be read, or names the line that is wrong.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let wrong = |words: String| io::Error::new(io::ErrorKind::InvalidData, words);
        if fs::metadata(path)?.len() > FILE_BYTES_MAX {
            return Err(wrong(format!("it is larger than {FILE_BYTES_MAX} bytes")));
        }
        Self::parse(&fs::read_to_string(path)?).map_err(wrong)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut servers = Self { upstreams: Vec::new(), aliases: Vec::new() };
        for (number, line) in text.lines().enumerate() {
            let line = line.split_once('#').map_or(line, |(line, _)| line).trim();
            let at = |words: String| format!("line {}: {words}", number + 1);
            if line.is_empty() {
                continue;
            }
            if line.contains("://") {
                let uri = base_url(line).map_err(at)?;
                if servers.upstreams.contains(&uri) {
                    return Err(at(format!("{line} is there twice")));
                }
                servers.upstreams.push(uri);
            } else {
                add_alias(&mut servers.aliases, line).map_err(at)?;
            }
        }
        match servers.upstreams.len() {
            0 => Err("it names no model server".to_owned()),
            count if count > SERVERS_MAX => Err(format!("at most {SERVERS_MAX} servers are taken")),
            _ => Ok(servers),
        }
    }
}

pub(super) fn base_url(text: &str) -> Result<Uri, String> {
    let expected = "expected http:// or https:// addresses separated by commas, such as \
                    http://127.0.0.1:11434";
    let trimmed = text.trim().trim_end_matches('/');
    // People paste the base address of an OpenAI client; the calls add `/v1` themselves.
    let trimmed = trimmed.strip_suffix("/v1").unwrap_or(trimmed);
    let uri: Uri = trimmed.parse().map_err(|_| expected.to_owned())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    if !is_http || uri.host().is_none_or(str::is_empty) || uri.query().is_some() {
        return Err(expected.to_owned());
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err("expected an address without a user name or password".to_owned());
    }
    Ok(uri)
}

pub(super) fn aliases(text: &str) -> Result<Aliases, String> {
    let mut pairs = Vec::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        add_alias(&mut pairs, pair)?;
    }
    Ok(Aliases(pairs))
}

fn add_alias(pairs: &mut Vec<(String, String)>, pair: &str) -> Result<(), String> {
    let expected = "expected name=model, such as fast=qwen2.5-coder:1.5b; a name has 1 to 64 \
                    letters, digits or any of - _ .";
    let (name, model) = pair.split_once('=').ok_or(expected)?;
    let (name, model) = (name.trim(), model.trim());
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !(1..=64).contains(&name.len()) || !name.chars().all(allowed) || model.is_empty() {
        return Err(expected.to_owned());
    }
    if name == DEFAULT {
        return Err(format!("the name {DEFAULT} stands for the model of each task already"));
    }
    if pairs.iter().any(|(known, _)| known == name) {
        return Err(format!("the name {name} is there twice"));
    }
    pairs.push((name.to_owned(), model.to_owned()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The servers and names of a file, or what is wrong with it.
    fn check(text: &str, expected: &str) {
        let seen = match Servers::parse(text) {
            Ok(Servers { upstreams, aliases }) => {
                let upstreams = upstreams.iter().map(Uri::to_string);
                let aliases = aliases.iter().map(|(name, model)| format!("{name}={model}"));
                upstreams.chain(aliases).collect::<Vec<_>>().join(" ")
            }
            Err(words) => words,
        };
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_file_names_servers_and_models() {
        check(
            "# the big one\nhttp://gpu-1:11434\n\nhttps://gpu-2/v1 # vLLM\nfast = qwen:1.5b\n",
            "http://gpu-1:11434/ https://gpu-2/ fast=qwen:1.5b",
        );
    }

    #[test]
    fn the_line_that_is_wrong_is_named() {
        check(
            "http://a\nfast",
            "line 2: expected name=model, such as fast=qwen2.5-coder:1.5b; a name has 1 to 64 letters, digits or any of - _ .",
        );
        check("http://a\nhttp://a/", "line 2: http://a/ is there twice");
        check("http://u:p@a", "line 1: expected an address without a user name or password");
        check(
            "http://a\ndefault=x",
            "line 2: the name default stands for the model of each task already",
        );
        check("fast=x", "it names no model server");
    }
}
