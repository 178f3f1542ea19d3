//! What an engine is made from, and its limits.

use saga_client::{ProxyOptions, Timeouts};

/// Where the server is and how it is reached. Not `Debug`: it holds the token.
#[derive(Clone)]
pub struct EngineOptions {
    /// Address of `codesaga-proxy` or of any OpenAI-compatible server, without `/v1`.
    pub server_url: String,
    /// Sent as `Authorization: Bearer …`.
    pub token: Option<String>,
    /// The model to ask; the server's default when absent or empty.
    pub model: Option<String>,
    /// The model for refactorings and fixes; [`Self::model`] when absent or empty.
    pub edit_model: Option<String>,
    /// The model for conversations; [`Self::model`] when absent or empty.
    pub chat_model: Option<String>,
    /// More headers for every request.
    pub headers: Vec<(String, String)>,
    /// Certificates (PEM) trusted in addition to the system's.
    pub ca_pem: Option<String>,
    /// The proxy that stands in between; what the environment names when absent.
    pub proxy: Option<ProxyOptions>,
    /// How long a server may be silent.
    pub timeouts: Timeouts,
    /// Whether the server may be asked in the background, for what is likely to be wanted next.
    pub background: bool,
}

impl EngineOptions {
    /// Options for a server, all else as most people need it.
    #[must_use]
    pub fn new(server_url: impl Into<String>) -> Self {
        Self {
            server_url: server_url.into(),
            token: None,
            model: None,
            edit_model: None,
            chat_model: None,
            headers: Vec::new(),
            ca_pem: None,
            proxy: None,
            timeouts: Timeouts::default(),
            background: true,
        }
    }
}
