//! What letting go of an answer costs: a stream in HTTP/2, a connection in HTTP/1.1.

use hyper::Version;
use saga_client::{Client, Piece, Purpose};
use saga_protocol::openai::CompletionRequest;

use crate::http_server::{HttpServer, Speaks};

/// Asks, and lets go once the server has come to that phase.
async fn let_go(server: &HttpServer, client: &Client, phase: &str) {
    let before = server.seen();
    let request = CompletionRequest { prompt: phase.to_owned(), ..CompletionRequest::default() };
    let asking = client.completions(request, Purpose::default());
    let has_come = server.wait_for(|seen| seen.asked.len() > before.asked.len());
    match phase {
        "queued" => tokio::select! {
            _ = asking => panic!("nothing answers"),
            () = has_come => {}
        },
        "prefill" => drop(asking.await.expect("an answer")),
        _ => {
            let mut answer = asking.await.expect("an answer");
            assert_eq!(answer.next().await, Some(Ok(Piece::Text("a".to_owned()))));
        }
    }
    server.wait_for(|seen| seen.let_go > before.let_go).await;
}

async fn ask(client: &Client) {
    let request = CompletionRequest { prompt: "whole".to_owned(), ..CompletionRequest::default() };
    let mut answer = client.completions(request, Purpose::default()).await.expect("an answer");
    while let Some(piece) = answer.next().await {
        piece.expect("a whole answer");
    }
}

/// Lets go in every phase and asks again after each; tells the version spoken and the connections
/// that this took beyond those that were there.
async fn check(speaks: Speaks, version: Version, connections_more: usize) {
    let server = HttpServer::start(speaks).await;
    let client = server.client();
    client.connect().await;
    ask(&client).await;
    let connections = server.seen().connections;
    for phase in ["queued", "prefill", "streaming"] {
        let_go(&server, &client, phase).await;
        ask(&client).await;
    }
    let seen = server.seen();
    assert!(seen.asked.iter().all(|asked| *asked == version), "{:?}", seen.asked);
    assert_eq!(seen.connections - connections, connections_more);
}

#[tokio::test]
async fn http2_without_tls_loses_a_stream() {
    check(Speaks::Both, Version::HTTP_2, 0).await;
}

#[tokio::test]
async fn http2_in_tls_loses_a_stream() {
    check(Speaks::Tls, Version::HTTP_2, 0).await;
}

#[tokio::test]
async fn http1_loses_a_connection() {
    check(Speaks::Http1, Version::HTTP_11, 3).await;
}

#[tokio::test]
async fn nobody_waits_for_the_trial() {
    let server = HttpServer::start(Speaks::Both).await;
    ask(&server.client()).await;
    assert_eq!(server.seen().asked, [Version::HTTP_11]);
}

#[tokio::test]
async fn another_server_in_the_place_of_one_is_tried_anew() {
    let server = HttpServer::start(Speaks::Both).await;
    let (client, port) = (server.client(), server.port);
    client.connect().await;
    ask(&client).await;
    assert_eq!(server.seen().asked, [Version::HTTP_2]);
    server.close().await;
    // Nobody is there: this says nothing of what will be spoken.
    assert!(client.models().await.is_err());
    client.connect().await;
    let server = HttpServer::start_at(port, Speaks::Http1).await;
    client.connect().await;
    ask(&client).await;
    assert_eq!(server.seen().asked, [Version::HTTP_11]);
    server.close().await;
    assert!(client.models().await.is_err());
    let server = HttpServer::start_at(port, Speaks::Both).await;
    client.connect().await;
    ask(&client).await;
    assert_eq!(server.seen().asked, [Version::HTTP_2]);
}
