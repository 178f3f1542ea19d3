//! `codesaga-proxy dead-letters list|show|replay`: what was given up, seen and published again by
//! the person who runs the servers.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::buses;
use crate::clock::minute;
use crate::config::{BusKind, Config, DeadLettersCommand};
use crate::domain::bus::{Bus, BusError, BusLimits, DeadLetter};
use crate::ops::table;
use crate::outbound::redis_store::RedisStore;

/// Time that one operation of the store may take; nobody's answer waits for it here.
const STORE_TIME_MAX: Duration = Duration::from_secs(5);

/// Does it and writes what there is to say.
///
/// # Errors
/// When the bus does not answer, is one that keeps nothing, or has no such message.
#[tokio::main(flavor = "current_thread")]
pub async fn run(
    command: DeadLettersCommand,
    config: &Config,
    out: &mut impl Write,
) -> io::Result<()> {
    if config.bus == BusKind::Process {
        return Err(io::Error::other(
            "CODESAGA_BUS=process keeps its dead letters in the server's own memory; they can be \
             seen when it is redis or kafka",
        ));
    }
    let bus = bus(config).await?;
    let every = BusLimits::STANDARD.messages_max;
    match command {
        DeadLettersCommand::List { count } => list(&read(&*bus, count).await?, out),
        DeadLettersCommand::Show { id } => {
            let letters = read(&*bus, every).await?;
            let letter = letters.iter().find(|letter| letter.message.id == id);
            show(letter.ok_or_else(|| unknown(&id))?, out)
        }
        DeadLettersCommand::Replay { ids, all } => {
            let ids = if all {
                let letters = read(&*bus, every).await?;
                letters.into_iter().map(|letter| letter.message.id).collect()
            } else {
                ids
            };
            for id in ids {
                if !bus.replay(&id).await.map_err(words)? {
                    return Err(unknown(&id));
                }
                writeln!(out, "replayed {id}")?;
            }
            Ok(())
        }
    }
}

async fn bus(config: &Config) -> io::Result<Arc<dyn Bus>> {
    let authority = crate::redis_authority(config)?;
    let store = |url: &String| {
        RedisStore::trusting(url, authority.as_deref(), STORE_TIME_MAX).map_err(io::Error::other)
    };
    buses::open(config, config.redis_url.as_ref().map(store).transpose()?).await
}

async fn read(bus: &dyn Bus, count: usize) -> io::Result<Vec<DeadLetter>> {
    bus.dead_letters(count).await.map_err(words)
}

fn list(letters: &[DeadLetter], out: &mut impl Write) -> io::Result<()> {
    let head = ["ID", "KIND", "GROUP", "TRIES", "GIVEN UP (UTC)", "WHY"].map(str::to_owned);
    let row = |letter: &DeadLetter| {
        let DeadLetter { group, message, why, at, .. } = letter;
        let tries = (message.attempt + 1).to_string();
        [message.id.clone(), message.kind.clone(), group.clone(), tries, minute(*at), why.clone()]
    };
    let rows: Vec<_> = std::iter::once(head).chain(letters.iter().map(row)).collect();
    table::write(&rows, out)
}

fn show(letter: &DeadLetter, out: &mut impl Write) -> io::Result<()> {
    let DeadLetter { topic, group, message, why, at } = letter;
    let body = serde_json::from_str(&message.body).unwrap_or_else(|_| json!(message.body));
    let shown = json!({
        "id": message.id,
        "topic": topic.name(),
        "group": group,
        "key": message.key,
        "kind": message.kind,
        "tries": message.attempt + 1,
        "given_up": minute(*at),
        "why": why,
        "body": body,
    });
    writeln!(out, "{shown:#}")
}

fn unknown(id: &str) -> io::Error {
    io::Error::other(format!("there is no dead letter with the id {id}"))
}

fn words(error: BusError) -> io::Error {
    io::Error::other(match error {
        BusError::Full => {
            "the bus holds as many messages as it may; replay more when it is emptier"
        }
        BusError::Unavailable | BusError::TooLarge | BusError::Lost => "the bus does not answer",
    })
}
