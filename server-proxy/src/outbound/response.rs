//! The beginning of an HTTP/1.1 response and the framing of its body, taken out of bytes as they
//! come. Knows no connection.

use bytes::{Buf, BytesMut};
use http::StatusCode;
use memchr::memchr;

const HEAD_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 100;
/// Bytes of the line before a chunk, with its extensions.
const CHUNK_LINE_BYTES_MAX: usize = 4 << 10;
/// Bytes of what may stand after the last chunk.
const TRAILER_BYTES_MAX: usize = 16 << 10;

/// What came is not HTTP/1.1, or more of it than any model server sends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The beginning of a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) framing: Framing,
    /// Whether the connection may be used again after the body.
    pub(crate) keeps: bool,
}

/// How the end of a body is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many bytes are left.
    Length(u64),
    Chunked(Chunked),
    /// With the connection.
    ToEnd,
}

/// What comes next in a chunked body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Chunked {
    Size,
    Data { left: u64 },
    AfterData,
    Trailer { bytes: usize },
    Over,
}

/// Takes a response's head out of what was read; `None` while some of it is missing. Interim
/// responses are passed over.
pub(crate) fn head(read: &mut BytesMut) -> Result<Option<Head>, Malformed> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut headers);
        let length = match response.parse(read) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) if read.len() <= HEAD_BYTES_MAX => return Ok(None),
            Ok(httparse::Status::Partial) | Err(_) => return Err(Malformed),
        };
        let code = response.code.and_then(|code| StatusCode::from_u16(code).ok());
        let status = code.ok_or(Malformed)?;
        if status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Malformed);
        }
        if status.is_informational() {
            read.advance(length);
            continue;
        }
        let head = described(status, response.version == Some(1), response.headers)?;
        read.advance(length);
        return Ok(Some(head));
    }
}

fn described(
    status: StatusCode,
    is_1_1: bool,
    headers: &[httparse::Header<'_>],
) -> Result<Head, Malformed> {
    let mut length = None;
    let mut is_chunked = false;
    let mut keeps = is_1_1;
    for header in headers {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        if header.name.eq_ignore_ascii_case("content-length") {
            let number = digits(value, 10).ok_or(Malformed)?;
            if length.is_some_and(|known| known != number) {
                return Err(Malformed);
            }
            length = Some(number);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            // Nothing else was asked for.
            if is_chunked || !value.eq_ignore_ascii_case("chunked") {
                return Err(Malformed);
            }
            is_chunked = true;
        } else if header.name.eq_ignore_ascii_case("connection") {
            let says = |word: &str| value.split(',').any(|w| w.trim().eq_ignore_ascii_case(word));
            keeps = (keeps || says("keep-alive")) && !says("close");
        }
    }
    let has_body = status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED;
    let framing = match (has_body, is_chunked, length) {
        (false, _, _) => Framing::Length(0),
        (true, true, _) => Framing::Chunked(Chunked::Size),
        (true, false, Some(length)) => Framing::Length(length),
        (true, false, None) => Framing::ToEnd,
    };
    // Both at once is what a smuggled response looks like; nothing after it can be trusted.
    let keeps = keeps && framing != Framing::ToEnd && !(is_chunked && length.is_some());
    Ok(Head { status, framing, keeps })
}

impl Framing {
    /// Moves what is body from what was read to `body`; whether the body has ended with it.
    pub(crate) fn take(
        &mut self,
        read: &mut BytesMut,
        body: &mut BytesMut,
    ) -> Result<bool, Malformed> {
        match self {
            Self::Length(left) => {
                give(read, body, left);
                Ok(*left == 0)
            }
            Self::ToEnd => {
                let mut all = u64::MAX;
                give(read, body, &mut all);
                Ok(false)
            }
            Self::Chunked(chunked) => {
                // Chunks are mostly small, so they are copied into one piece.
                body.reserve(read.len());
                while chunked.step(read, body)? {}
                Ok(*chunked == Chunked::Over)
            }
        }
    }
}

impl Chunked {
    /// Goes on by one part; false when more must be read first, or nothing is left to do.
    fn step(&mut self, read: &mut BytesMut, body: &mut BytesMut) -> Result<bool, Malformed> {
        *self = match self {
            Self::Size => {
                let Some(line) = line(read, CHUNK_LINE_BYTES_MAX)? else { return Ok(false) };
                let text = std::str::from_utf8(&read[..line.bytes]).map_err(|_| Malformed)?;
                let size = text.split_once(';').map_or(text, |(size, _extension)| size);
                let size = digits(size.trim_ascii_end(), 16).ok_or(Malformed)?;
                read.advance(line.with_end);
                if size == 0 { Self::Trailer { bytes: 0 } } else { Self::Data { left: size } }
            }
            Self::Data { left } => {
                let here = usize::try_from(*left).map_or(read.len(), |left| left.min(read.len()));
                body.extend_from_slice(&read[..here]);
                read.advance(here);
                *left -= here as u64;
                if *left > 0 {
                    return Ok(false);
                }
                Self::AfterData
            }
            Self::AfterData => match line(read, CHUNK_LINE_BYTES_MAX)? {
                Some(Line { bytes: 0, with_end }) => {
                    read.advance(with_end);
                    Self::Size
                }
                Some(_) => return Err(Malformed),
                None => return Ok(false),
            },
            Self::Trailer { bytes } => {
                let Some(line) = line(read, TRAILER_BYTES_MAX)? else { return Ok(false) };
                let bytes = *bytes + line.with_end;
                if bytes > TRAILER_BYTES_MAX {
                    return Err(Malformed);
                }
                read.advance(line.with_end);
                if line.bytes == 0 { Self::Over } else { Self::Trailer { bytes } }
            }
            Self::Over => return Ok(false),
        };
        Ok(true)
    }
}

/// Moves at most so many bytes, without copying where it can be done.
fn give(read: &mut BytesMut, body: &mut BytesMut, left: &mut u64) {
    let here = usize::try_from(*left).map_or(read.len(), |left| left.min(read.len()));
    body.unsplit(read.split_to(here));
    *left -= here as u64;
}

struct Line {
    bytes: usize,
    with_end: usize,
}

/// How long the next line is; `None` while its end is missing.
fn line(read: &[u8], bytes_max: usize) -> Result<Option<Line>, Malformed> {
    match memchr(b'\n', read) {
        Some(end) => {
            let bytes = end - usize::from(end > 0 && read[end - 1] == b'\r');
            Ok(Some(Line { bytes, with_end: end + 1 }))
        }
        None if read.len() > bytes_max => Err(Malformed),
        None => Ok(None),
    }
}

/// A number of digits alone: no sign, no blank, no more of them than fit.
fn digits(text: &str, radix: u32) -> Option<u64> {
    let is_number = !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    is_number.then(|| u64::from_str_radix(text, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is understood of bytes that come in two pieces, cut at every place: the status, the
    /// body, `+` when the connection may be used again, and what is left over; or why not.
    fn check(came: &str, expected: &str) {
        for at in 0..=came.len() {
            let (one, two) = came.as_bytes().split_at(at);
            assert_eq!(understood(&[one, two]), expected, "{came:?} cut at {at}");
        }
    }

    fn understood(pieces: &[&[u8]]) -> String {
        let mut read = BytesMut::new();
        let mut body = BytesMut::new();
        let mut begun: Option<Head> = None;
        let mut over = false;
        for piece in pieces {
            read.extend_from_slice(piece);
            if begun.is_none() {
                match head(&mut read) {
                    Ok(found) => begun = found,
                    Err(Malformed) => return "malformed".to_owned(),
                }
            }
            if let Some(head) = &mut begun
                && !over
            {
                match head.framing.take(&mut read, &mut body) {
                    Ok(ended) => over = ended,
                    Err(Malformed) => return "malformed".to_owned(),
                }
            }
        }
        let Some(head) = begun else { return "no head".to_owned() };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let end = match (over, head.keeps) {
            (false, _) => "…",
            (true, true) => "+",
            (true, false) => ".",
        };
        format!("{} {}{end}{}", head.status.as_u16(), text(&body), text(&read))
    }

    #[test]
    fn p10_a_body_is_the_same_wherever_its_bytes_are_split() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(
            &format!("{chunked}3\r\n가\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"),
            "200 가0123456789+",
        );
        check(&format!("{chunked}1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n"), "200 a+");
        check(&format!("{chunked}1\na\n0\n\n"), "200 a+");
        check(&format!("{chunked}2\r\na"), "200 a…");
        check("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody", "200 body+");
        check("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nbody", "404 body…");
        check("HTTP/1.1 200 OK\r\n\r\nto the end", "200 to the end…");
    }

    #[test]
    fn a_connection_is_kept_only_when_its_server_says_so_and_nothing_is_left_over() {
        check("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "200 a.");
        check("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na", "200 a+");
        check("HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 1\r\n\r\na", "200 a.");
        check("HTTP/1.1 204 No Content\r\n\r\n", "204 +");
        let both = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(&format!("{both}1\r\na\r\n0\r\n\r\n"), "200 a.");
        check("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc", "200 a+bc");
    }

    #[test]
    fn an_interim_response_is_passed_over() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
        check(&format!("{interim}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"), "200 a+");
    }

    #[test]
    fn what_is_not_http_is_refused() {
        let head = "HTTP/1.1 200 OK\r\n";
        for wrong in [
            "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned(),
            format!("{head}Content-Length: -1\r\n\r\n"),
            format!("{head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
            format!("{head}Content-Length: 99999999999999999999\r\n\r\n"),
            format!("{head}Transfer-Encoding: gzip, chunked\r\n\r\n"),
            format!("{head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
            format!("{head}Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n"),
            format!("{head}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"),
            format!("{head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"),
            "HTTP/1.1 101 Switching Protocols\r\n\r\n".to_owned(),
        ] {
            assert_eq!(understood(&[wrong.as_bytes()]), "malformed", "{wrong:?}");
        }
    }

    #[test]
    fn what_never_ends_is_given_up() {
        let endless = |start: &str, bytes: usize| {
            let mut read = BytesMut::from(start);
            read.resize(start.len() + bytes, b'a');
            understood(&[&read])
        };
        assert_eq!(endless("HTTP/1.1 200 OK\r\nX: ", HEAD_BYTES_MAX), "malformed");
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(endless(&format!("{chunked}1;"), CHUNK_LINE_BYTES_MAX), "malformed");
        assert_eq!(endless(&format!("{chunked}0\r\n"), TRAILER_BYTES_MAX + 1), "malformed");
    }
}
