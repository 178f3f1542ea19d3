//! The recorded exchanges that are served as they are.

use bytes::Bytes;
use http::Response;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Full};
use serde::Deserialize;

use crate::handle::Version;
use crate::play::Body;

/// A recorded answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Exchange {
    pub(crate) fn response(&self) -> Response<Body> {
        respond(self.status, &self.content_type, self.body.clone())
    }

    /// The same answer about another model or with other numbers.
    pub(crate) fn with(&self, recorded: &str, asked: &str) -> Self {
        Self { body: self.body.replace(recorded, asked), ..self.clone() }
    }
}

/// A whole answer with a length.
pub(crate) fn respond(status: u16, content_type: &str, body: String) -> Response<Body> {
    let body = Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(value) = content_type.parse() {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

macro_rules! transcripts {
    ($($name:ident = $file:literal,)*) => {
        /// The recorded answers of one version, by what they show.
        pub(crate) struct Transcripts { $(pub(crate) $name: Exchange,)* }

        impl Transcripts {
            pub(crate) fn of(version: Version) -> Result<Self, serde_json::Error> {
                Ok(match version {
                    Version::V0_24_0 => Self { $($name: parse(recorded!("0.24.0", $file))?,)* },
                    Version::V0_33_0Rc2 => {
                        Self { $($name: parse(recorded!("0.33.0-rc2", $file))?,)* }
                    }
                })
            }
        }
    };
}

macro_rules! recorded {
    ($version:literal, $file:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../data/ollama-transcripts/",
            $version,
            "/",
            $file,
            ".json"
        ))
    };
}

transcripts! {
    root = "root",
    version = "version",
    tags = "tags",
    ps_loaded = "ps-loaded",
    show_llama3 = "show-llama3",
    show_chatml = "show-chatml",
    show_fim = "show-fim",
    show_unknown = "show-unknown",
    embed = "embed-unsupported",
    unknown_model = "generate-unknown-model",
    no_model = "generate-no-model",
    bad_json = "generate-bad-json",
    bad_type = "generate-bad-type",
    bad_option = "generate-bad-option",
    raw_with_system = "generate-raw-with-system",
    insert_unsupported = "generate-suffix-unsupported",
    overlong = "generate-overlong-refused",
    load = "load",
    load_chat = "load-chat",
    unload = "unload",
    not_found = "not-found",
    wrong_method = "wrong-method",
    v1_models = "v1-models",
    v1_unknown_model = "v1-unknown-model",
    v1_insert_unsupported = "v1-completions-suffix",
}

#[derive(Deserialize)]
struct File {
    response: Answered,
}

#[derive(Deserialize)]
struct Answered {
    status: u16,
    headers: std::collections::HashMap<String, String>,
    body_lines: Vec<String>,
}

fn parse(file: &str) -> Result<Exchange, serde_json::Error> {
    let File { response } = serde_json::from_str(file)?;
    Ok(Exchange {
        status: response.status,
        content_type: response.headers.get("Content-Type").cloned().unwrap_or_default(),
        body: response.body_lines.join("\n"),
    })
}
