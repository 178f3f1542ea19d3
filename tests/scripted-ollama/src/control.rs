//! The script over HTTP, for tests that are not written in Rust.
//!
//! `PUT /_script` replaces the rules, `POST /_script` adds them (one or an array), `GET /_script`
//! shows them, `DELETE /_script` forgets them and what was recorded, `POST /_script/release` lets
//! held answers go on. `GET /_script/requests` shows what was recorded; with `wait=N` or
//! `wait_ended=N` only once at least N requests have come or have ended, or after `timeout_ms`
//! (default 10000); `path=/api/chat` looks at that path alone. None of these calls is recorded.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use crate::log::Overview;
use crate::play::Body;
use crate::script::Rule;
use crate::server::Service;
use crate::transcripts::respond;

const JSON: &str = "application/json; charset=utf-8";

pub(crate) async fn handle(
    service: &Arc<Service>,
    method: &Method,
    call: &str,
    query: &str,
    body: &Bytes,
) -> Response<Body> {
    let log = &service.log;
    match (method.as_str(), call) {
        ("GET", "" | "/") => ok(&json!(log.rules())),
        ("PUT", "" | "/") => with_rules(body, |rules| log.set_rules(rules)),
        ("POST", "" | "/") => with_rules(body, |rules| {
            for rule in rules {
                log.add_rule(rule);
            }
        }),
        ("DELETE", "" | "/") => {
            log.clear();
            ok(&json!({}))
        }
        ("POST", "/release") => {
            log.release();
            ok(&json!({}))
        }
        ("GET", "/requests") => match Wait::read(query) {
            Ok(wait) => requests(service, wait).await,
            Err(message) => refused(&message),
        },
        _ => refused("no such call; see the module `control`"),
    }
}

struct Wait {
    path: Option<String>,
    seen: usize,
    ended: usize,
    within: Duration,
}

impl Wait {
    fn read(query: &str) -> Result<Self, String> {
        let mut wait =
            Self { path: None, seen: 0, ended: 0, within: Duration::from_millis(10_000) };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let number = || value.parse().map_err(|_| format!("`{key}` must be a number"));
            match key {
                "path" => wait.path = Some(value.replace("%2F", "/")),
                "wait" => wait.seen = number()?,
                "wait_ended" => wait.ended = number()?,
                "timeout_ms" => wait.within = Duration::from_millis(number()? as u64),
                _ => return Err(format!("`{key}` is not known")),
            }
        }
        Ok(wait)
    }

    fn look(&self, overview: &Overview) -> Overview {
        let mut overview = overview.clone();
        if let Some(path) = &self.path {
            overview.requests.retain(|request| request.path == *path);
        }
        overview
    }

    fn enough(&self, overview: &Overview) -> bool {
        let ended = overview.requests.iter().filter(|request| request.ending.is_some()).count();
        overview.requests.len() >= self.seen && ended >= self.ended
    }
}

/// What was recorded; `complete` is false when the time was over first.
async fn requests(service: &Service, wait: Wait) -> Response<Body> {
    let found = service
        .log
        .wait(wait.within, |overview| Some(wait.look(overview)).filter(|seen| wait.enough(seen)))
        .await;
    let complete = found.is_some();
    let overview = found.unwrap_or_else(|| wait.look(&service.log.overview()));
    let mut answer = json!(overview);
    answer["complete"] = Value::Bool(complete);
    ok(&answer)
}

fn with_rules(body: &Bytes, apply: impl FnOnce(Vec<Rule>)) -> Response<Body> {
    let rules = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(rules)) => Value::Array(rules),
        Ok(rule) => Value::Array(vec![rule]),
        Err(error) => return refused(&error.to_string()),
    };
    match serde_json::from_value(rules) {
        Ok(rules) => {
            apply(rules);
            ok(&json!({}))
        }
        Err(error) => refused(&error.to_string()),
    }
}

fn ok(body: &Value) -> Response<Body> {
    respond(200, JSON, body.to_string())
}

fn refused(message: &str) -> Response<Body> {
    respond(400, JSON, json!({ "error": message }).to_string())
}
