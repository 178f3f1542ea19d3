//! What a client is made from. A wrong value is named; its content never appears in the message.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use saga_domain::{Failure, FailureCode};

/// Where the server is and how it is reached. Not `Debug`: it holds the token.
#[derive(Clone)]
pub struct ClientOptions {
    /// Address of the server, with or without a trailing `/v1`.
    pub server_url: String,
    /// Sent as `Authorization: Bearer …`; none when absent or blank.
    pub token: Option<String>,
    /// More headers for every request.
    pub headers: Vec<(String, String)>,
    /// Certificates (PEM) trusted in addition to the system's.
    pub ca_pem: Option<String>,
    /// The proxy that stands in between; what the environment names when absent.
    pub proxy: Option<ProxyOptions>,
    /// How long the server may be silent.
    pub timeouts: Timeouts,
}

/// A proxy between this machine and the server. Not `Debug`: its address may hold a password.
#[derive(Clone)]
pub struct ProxyOptions {
    /// Its address, such as `http://proxy.example:3128`.
    pub url: String,
    /// Hosts that are reached without it, as in `NO_PROXY`.
    pub except: Vec<String>,
}

/// How long a server may be silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the connection itself.
    pub connect: Duration,
    /// Until the first text of an answer, counted anew with every event before it: a model may be
    /// loading, a queue moving.
    pub first_byte: Duration,
    /// Between two events once text has come.
    pub idle: Duration,
    /// For a whole call that is not an answer of a model.
    pub call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(120),
            idle: Duration::from_secs(30),
            call: Duration::from_secs(15),
        }
    }
}

/// A server address that can be extended by paths.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    base: Url,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| {
            Failure::new(FailureCode::InvalidSetting, format!("`serverUrl` is wrong: {why}."))
        };
        let mut base = Url::parse(text.trim())
            .map_err(|_| wrong("it must look like http://127.0.0.1:7411"))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(wrong("it must begin with http:// or https:// and name a host"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong("it must not hold a user name or password; set the token instead"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong("it must not hold a `?` or `#` part"));
        }
        let path = base.path().trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path).to_owned();
        base.set_path(&path);
        Ok(Self { base })
    }

    /// The address of a call; `segments` are escaped where needed.
    pub(crate) fn at(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Whether the server is this machine; then no proxy stands in between.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default();
        let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
        host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }
}

/// Scheme, host and port: what may be shown of an address.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.base.origin().ascii_serialization())
    }
}

/// The headers of every request.
pub(crate) fn headers(options: &ClientOptions) -> Result<HeaderMap, Failure> {
    let wrong = |message: String| Failure::new(FailureCode::InvalidSetting, message);
    let mut headers = HeaderMap::new();
    for (name, value) in &options.headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| wrong(format!("`headers` has a name that cannot be sent: {name:?}.")))?;
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| wrong(format!("`headers` has a value that cannot be sent: {name}.")))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let token = options.token.as_deref().map(str::trim).filter(|token| !token.is_empty());
    if let Some(token) = token {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
            .ok()
            .filter(|_| token.is_ascii())
            .ok_or_else(|| wrong("`token` has characters that cannot be sent.".to_owned()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, call: &str) {
        let made = Address::parse(address).map_or_else(
            |failure| format!("{}: {failure}", failure.code.name()),
            |address| address.at(&["v1", "models"]).to_string(),
        );
        assert_eq!(made, call);
    }

    #[test]
    fn addresses() {
        check("http://127.0.0.1:7411", "http://127.0.0.1:7411/v1/models");
        check(" http://127.0.0.1:7411/ ", "http://127.0.0.1:7411/v1/models");
        check("https://team.example/codesaga/", "https://team.example/codesaga/v1/models");
        check("https://team.example/v1", "https://team.example/v1/models");
        check("http://[::1]:80", "http://[::1]/v1/models");
        check(
            "127.0.0.1:7411",
            "invalid_setting: `serverUrl` is wrong: it must look like http://127.0.0.1:7411.",
        );
        check(
            "ftp://a",
            "invalid_setting: `serverUrl` is wrong: it must begin with http:// or https:// and name a host.",
        );
        check(
            "http://me:secret@a",
            "invalid_setting: `serverUrl` is wrong: it must not hold a user name or password; set the token instead.",
        );
        check(
            "http://a/?key=1",
            "invalid_setting: `serverUrl` is wrong: it must not hold a `?` or `#` part.",
        );
    }

    #[test]
    fn a_path_segment_cannot_leave_its_place() {
        let address = Address::parse("http://a").expect("valid");
        assert_eq!(
            address.at(&["v1", "sessions", "a/b?c"]).as_str(),
            "http://a/v1/sessions/a%2Fb%3Fc"
        );
    }

    #[test]
    fn what_is_shown_of_an_address_has_no_path() {
        let address = Address::parse("https://team.example:8443/secret-path").expect("valid");
        assert_eq!(address.to_string(), "https://team.example:8443");
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_named_but_not_shown() {
        let options = ClientOptions {
            server_url: "http://a".to_owned(),
            token: Some("비밀\n".to_owned()),
            headers: Vec::new(),
            ca_pem: None,
            proxy: None,
            timeouts: Timeouts::default(),
        };
        let failure = headers(&options).expect_err("refused");
        assert_eq!(failure.message, "`token` has characters that cannot be sent.");
    }
}
