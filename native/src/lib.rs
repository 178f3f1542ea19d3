//! The napi-rs boundary: converts and forwards.
