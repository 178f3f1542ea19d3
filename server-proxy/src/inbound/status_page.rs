//! The pages for a browser: `/` shows how the server stands, `/docs` which calls there are.
//!
//! They are files of the program, need no key and say nothing by themselves: what they show they
//! ask of the server's own calls, with the rights of whoever looks. Nothing comes from elsewhere,
//! and nothing that is shown can become code.

use axum::response::{IntoResponse, Response};
use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) async fn status() -> Response {
    file(HTML, include_str!("page/status.html"))
}

pub(crate) async fn docs() -> Response {
    file(HTML, include_str!("page/docs.html"))
}

pub(crate) async fn style() -> Response {
    file(CSS, include_str!("page/page.css"))
}

pub(crate) async fn common_script() -> Response {
    file(SCRIPT, include_str!("page/page.js"))
}

pub(crate) async fn status_script() -> Response {
    file(SCRIPT, include_str!("page/status.js"))
}

pub(crate) async fn docs_script() -> Response {
    file(SCRIPT, include_str!("page/docs.js"))
}

pub(crate) async fn icon() -> Response {
    file("image/svg+xml", include_str!("page/icon.svg"))
}

fn file(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (HeaderMap::from_iter(headers), content).into_response()
}
