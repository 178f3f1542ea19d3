//! Completions by prefix.
