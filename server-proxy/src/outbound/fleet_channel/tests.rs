use std::collections::HashSet;

use http::Request;
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// More than a connection bears when each is taken for a fault of the other side.
const LET_GO: usize = 1_100;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:status: 200`, as HPACK's static table has it.
const OK: u8 = 0x88;

/// Begins every answer, writes on once in each that was let go of, as what was under way does, and
/// ends the first one when so many were.
async fn service(mut tcp: TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let mut preface = [0; 24];
    tcp.read_exact(&mut preface).await?;
    write(&mut tcp, SETTINGS, 0, 0, &[]).await?;
    let mut let_go = HashSet::new();
    let mut first = None;
    loop {
        let (kind, flags, stream) = read(&mut tcp).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => write(&mut tcp, SETTINGS, ACK, 0, &[]).await?,
            HEADERS => {
                first.get_or_insert(stream);
                write(&mut tcp, HEADERS, END_HEADERS, stream, &[OK]).await?;
                write(&mut tcp, DATA, 0, stream, b"begun").await?;
            }
            RST_STREAM if let_go.insert(stream) => {
                write(&mut tcp, DATA, 0, stream, b"late").await?;
                if let (LET_GO, Some(first)) = (let_go.len(), first) {
                    write(&mut tcp, DATA, END_STREAM, first, b", ended").await?;
                }
            }
            _ => {}
        }
    }
}

/// A frame's type, flags and stream.
async fn read(tcp: &mut TcpStream) -> io::Result<(u8, u8, u32)> {
    let mut head = [0; 9];
    tcp.read_exact(&mut head).await?;
    let [a, b, c, kind, flags, stream @ ..] = head;
    let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
    tcp.read_exact(&mut payload).await?;
    Ok((kind, flags, u32::from_be_bytes(stream)))
}

async fn write(
    tcp: &mut TcpStream,
    kind: u8,
    flags: u8,
    stream: u32,
    payload: &[u8],
) -> io::Result<()> {
    let length = u8::try_from(payload.len()).expect("a short one");
    let mut frame = vec![0, 0, length, kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    tcp.write_all(&frame).await
}

#[tokio::test]
async fn however_many_answers_are_let_go_of_the_others_on_the_connection_go_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move { service(listener.accept().await?.0).await });
    let channel = open(None, Duration::from_secs(5)).expect("a channel");
    let begin = async || {
        let request = Request::post(&url).body(Body::empty()).expect("a request");
        let mut body = channel.request(request).await.expect("it is answered").into_body();
        let piece = body.frame().await.expect("it began").expect("a frame").into_data();
        assert_eq!(piece.ok().as_deref(), Some(b"begun".as_slice()));
        body
    };
    let held = begin().await;
    for _ in 0..LET_GO {
        drop(begin().await);
    }
    let rest = held.collect().await.expect("it ends well").to_bytes();
    assert_eq!(&*rest, b", ended");
    assert!(!serving.is_finished(), "on one connection");
}
