//! Connections that are to become something else, and what is sent on them then.

use std::time::Duration;

use tokio::time::timeout;

use crate::attacks::{reached, sent, statuses, still_answers, target};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

const SOCKET: &str = "GET /v1/ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\n\
                      upgrade: websocket\r\nsec-websocket-version: 13\r\n\
                      sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const FRAME: &str = r#"{"type":"complete","id":"1","body":{"prompt":"hidden"}}"#;

/// A text frame without a mask, as only a server may send it (RFC 6455, 5.1).
fn unmasked(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("a short frame");
    [&[0x81, length], text.as_bytes()].concat()
}

#[tokio::test]
async fn a_frame_without_a_mask_ends_its_socket() {
    let bench = target().await;
    let bytes = [SOCKET.as_bytes(), &unmasked(FRAME)].concat();
    let answer = timeout(PATIENCE, sent(&bench, &bytes)).await.expect("it ends");
    assert_eq!(statuses(&answer), ["101"], "{answer}");
    assert!(!answer.contains("\"seq\""), "nothing is answered: {answer}");
    assert!(!reached(&bench, "hidden"), "it was taken for a client's");
    still_answers(&bench).await;
}

#[tokio::test]
async fn http2_is_never_switched_to_inside_a_connection() {
    let bench = target().await;
    let request = "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\
                   connection: upgrade, http2-settings\r\nupgrade: h2c\r\n\
                   http2-settings: AAMAAABkAAQAAP__\r\n\r\n";
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let bytes = format!("{request}{preface}");
    let answer = timeout(PATIENCE, sent(&bench, bytes.as_bytes())).await.expect("it ends");
    let statuses = statuses(&answer);
    assert_eq!(statuses.first(), Some(&"200"), "answered as it was asked: {answer}");
    assert!(statuses[1..].iter().all(|status| status.starts_with('4')), "{answer}");
    still_answers(&bench).await;
}
