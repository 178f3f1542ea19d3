//! Which HTTP a server is spoken to in, and the connections that are kept for it.
//!
//! Letting go of an answer costs a whole connection in HTTP/1.1, and one reset stream in HTTP/2.
//! With TLS the server is asked while the connection is made (ALPN). Without TLS nobody asks, so a
//! server is tried once, and what it turned out to speak is kept until it stops to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use reqwest::{ClientBuilder, Method, RequestBuilder, Url};
use saga_domain::{Failure, FailureCode};

use crate::options::{Address, ClientOptions, ProxyOptions, headers};
use crate::tls;

/// A server that is silent for so long when it is tried speaks something else.
const TRIAL_TIME_MAX: Duration = Duration::from_secs(2);
/// How often an idle HTTP/2 connection is kept warm, and how long the server may take to say so.
const PING_EVERY: Duration = Duration::from_secs(20);
const PING_TIME_MAX: Duration = Duration::from_secs(10);

/// The connections to one server. Cheap to clone; connections are shared.
#[derive(Clone)]
pub(crate) struct Transport {
    /// HTTP/1.1; with TLS whatever the server chooses.
    usual: reqwest::Client,
    /// HTTP/2 without TLS, by prior knowledge.
    h2c: Option<reqwest::Client>,
    spoken: Arc<AtomicU8>,
}

/// What a server without TLS speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Spoken {
    NotKnown,
    Http1,
    Http2,
}

impl Transport {
    pub(crate) fn new(address: &Address, options: &ClientOptions) -> Result<Self, Failure> {
        let has_tls = address.is_tls();
        let usual = build(builder(address, options)?)?;
        let h2c = if has_tls {
            None
        } else {
            Some(build(builder(address, options)?.http2_prior_knowledge())?)
        };
        Ok(Self { usual, h2c, spoken: Arc::new(AtomicU8::new(Spoken::NotKnown as u8)) })
    }

    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        match &self.h2c {
            Some(h2c) if self.spoken() == Spoken::Http2 => h2c.request(method, url),
            _ => self.usual.request(method, url),
        }
    }

    /// Finds out whether the server speaks HTTP/2 without TLS, unless that is known. `url` is
    /// anything that can be read there. Until this is done HTTP/1.1 is spoken.
    pub(crate) async fn try_http2(&self, url: Url) {
        let Some(h2c) = self.h2c.as_ref().filter(|_| self.spoken() == Spoken::NotKnown) else {
            return;
        };
        let spoken = match h2c.get(url).timeout(TRIAL_TIME_MAX).send().await {
            Ok(_) => Spoken::Http2,
            // Nobody is there yet, which says nothing of what will be spoken.
            Err(error) if is_refused(&error) => return,
            Err(_) => Spoken::Http1,
        };
        self.spoken.store(spoken as u8, Ordering::Relaxed);
    }

    /// Notes that a request got no answer: what answers next may be another server.
    pub(crate) fn note_broken(&self) {
        self.spoken.store(Spoken::NotKnown as u8, Ordering::Relaxed);
    }

    fn spoken(&self) -> Spoken {
        match self.spoken.load(Ordering::Relaxed) {
            spoken if spoken == Spoken::Http2 as u8 => Spoken::Http2,
            spoken if spoken == Spoken::Http1 as u8 => Spoken::Http1,
            _ => Spoken::NotKnown,
        }
    }
}

fn builder(address: &Address, options: &ClientOptions) -> Result<ClientBuilder, Failure> {
    let tls = tls::config(address.is_tls(), options.ca_pem.as_deref())?;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .default_headers(headers(options)?)
        .connect_timeout(options.timeouts.connect)
        // A redirect could carry code and token to another server.
        .redirect(reqwest::redirect::Policy::none())
        .tcp_keepalive(Duration::from_secs(30))
        .http2_keep_alive_interval(PING_EVERY)
        .http2_keep_alive_timeout(PING_TIME_MAX)
        .http2_keep_alive_while_idle(true)
        .user_agent(concat!("codesaga/", env!("CARGO_PKG_VERSION")));
    if address.is_loopback() {
        builder = builder.no_proxy();
    } else if let Some(proxy) = &options.proxy {
        // Any proxy named here replaces those of the environment.
        builder = builder.proxy(proxy_of(proxy)?);
    }
    Ok(builder)
}

fn proxy_of(options: &ProxyOptions) -> Result<reqwest::Proxy, Failure> {
    // What is wrong is not quoted: the address may hold a password.
    let wrong = |_| {
        Failure::new(
            FailureCode::InvalidSetting,
            "`proxyUrl` is wrong: it must look like http://proxy.example:3128.",
        )
    };
    let proxy = reqwest::Proxy::all(options.url.trim()).map_err(wrong)?;
    Ok(proxy.no_proxy(reqwest::NoProxy::from_string(&options.except.join(","))))
}

fn build(builder: ClientBuilder) -> Result<reqwest::Client, Failure> {
    builder.build().map_err(|error| {
        Failure::new(
            FailureCode::InvalidSetting,
            format!("The connection cannot be set up: {error}."),
        )
    })
}

/// Whether not even a connection came about.
fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return error.kind() == std::io::ErrorKind::ConnectionRefused;
        }
        cause = error.source();
    }
    false
}
