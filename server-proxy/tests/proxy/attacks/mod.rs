//! What somebody sends who means harm: requests that two servers would read differently, and more
//! of everything than anybody needs.

mod floods;
mod smuggling;
mod upgrades;

use std::time::Duration;

use scripted_ollama::Rule;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::{Bench, holds};

/// A proxy that soon lets go of idle connections, so that an answer is read to its end.
async fn target() -> Bench {
    let bench = Bench::with(Default::default(), |config| {
        config.limits.head_time_max = Duration::from_millis(300);
    })
    .await;
    bench.ollama.script([Rule::any().pieces(["a"])]);
    bench
}

/// Sends bytes as they are; all that is answered until the connection ends.
async fn sent(bench: &Bench, bytes: &[u8]) -> String {
    let mut client = TcpStream::connect(bench.proxy.address()).await.expect("it listens");
    // It may hang up while this is still being sent, and end in a reset.
    let _sent = client.write_all(bytes).await;
    let mut answer = Vec::new();
    let _end = client.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of each answer on a connection.
fn statuses(answer: &str) -> Vec<&str> {
    answer.match_indices("HTTP/1.1 ").filter_map(|(at, _)| answer.get(at + 9..at + 12)).collect()
}

/// Whether a request with this text reached the model.
fn reached(bench: &Bench, text: &str) -> bool {
    bench.ollama.requests().iter().any(|request| holds(request, text))
}

/// What went before broke nothing.
async fn still_answers(bench: &Bench) {
    let answer = bench.proxy.complete("afterwards").await.events().await;
    assert_eq!(answer, "a|[stop]|[DONE]");
}
