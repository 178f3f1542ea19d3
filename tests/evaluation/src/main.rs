//! Measures how good completions are: holes are cut into real source by syntax, several prompt
//! strategies fill them on the same model, and every answer is judged alike.
//!
//! `codesaga-eval SETTINGS.json`; `npm run eval` writes the settings, fetches the packages, starts
//! the servers and shows the result. Nothing is downloaded or started here.

mod cut;
mod hole;
mod language;
mod ours;
mod peers;
mod prose;
mod prose_lines;
mod report;
mod sample;
mod score;
mod source;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::time::Duration;

use saga_client::{Client, ClientOptions, Failure, Timeouts};
use serde_json::json;

use ours::{Counts, Ours};
use peers::Peer;
use report::{Asked, Judged, report};
use sample::{Case, sample};
use source::Settings;

const OURS: &str = "codesaga";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: codesaga-eval SETTINGS.json")?;
    let settings: Settings = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let files = source::read(&settings.sources)?;
    let cases = sample(&files, settings.cases, settings.seed);
    ask_all(&settings, files.len(), &cases).await
}

fn names() -> impl Iterator<Item = &'static str> {
    std::iter::once(OURS).chain(Peer::ALL.into_iter().map(Peer::name))
}

/// All cases of a file by one strategy before the next strategy: a model server keeps what it has
/// read of a file for the next of its holes. The result is written after every file, so that a run
/// that is cut short has one too.
async fn ask_all(
    settings: &Settings,
    files: usize,
    cases: &[Case<'_>],
) -> Result<(), Box<dyn Error>> {
    let model = settings.model.as_deref();
    let mut ours = Ours::of(&settings.server, model, timeouts());
    let client = client(&settings.server).map_err(|failure| failure.to_string())?;
    let mut asked = Vec::new();
    for of_file in cases.chunk_by(|one, other| std::ptr::eq(one.file, other.file)) {
        let mut answers: Vec<Vec<Judged>> = of_file.iter().map(|_| Vec::new()).collect();
        for name in names().filter(|name| settings.strategies.contains(*name)) {
            let peer = Peer::ALL.into_iter().find(|peer| peer.name() == name);
            for (case, answers) in of_file.iter().zip(&mut answers) {
                let path = &case.file.path;
                eprintln!("{} of {}: {path}, {name}", asked.len() + 1, cases.len());
                let answer = match peer {
                    Some(peer) => peer.answer(&client, model, case).await,
                    None => ours.answer(case).await,
                };
                let answer = answer.map_err(|failure| format!("{name} in {path}: {failure}"))?;
                let score = score::score(case, &answer);
                answers.push(Judged { strategy: name, answer, score });
            }
        }
        let with_answers = of_file.iter().zip(answers);
        asked.extend(with_answers.map(|(case, answers)| Asked { case: *case, answers }));
        write(settings, files, &asked, &ours.counts)?;
    }
    Ok(())
}

fn write(
    settings: &Settings,
    files: usize,
    asked: &[Asked<'_>],
    counts: &Counts,
) -> Result<(), Box<dyn Error>> {
    let strategies: Vec<&'static str> =
        names().filter(|name| settings.strategies.contains(*name)).collect();
    let mut result = report(asked, &strategies);
    result["files"] = json!(files);
    result["our_requests"] = json!({
        "questions": asked.len(),
        "sent": counts.sent,
        "second_tries": counts.second_tries,
        "ahead": counts.ahead,
        "suppressed": counts.suppressed,
        "dropped": counts.dropped,
    });
    Ok(std::fs::write(&settings.result, serde_json::to_string_pretty(&result)?)?)
}

/// A machine without a GPU may read a long prompt for minutes.
const PATIENCE: Duration = Duration::from_secs(600);

fn timeouts() -> Timeouts {
    Timeouts { first_byte: PATIENCE, idle: PATIENCE, ..Timeouts::default() }
}

fn client(server: &str) -> Result<Client, Failure> {
    Client::new(&ClientOptions {
        server_url: server.to_owned(),
        token: None,
        headers: Vec::new(),
        ca_pem: None,
        proxy: None,
        timeouts: timeouts(),
    })
}
