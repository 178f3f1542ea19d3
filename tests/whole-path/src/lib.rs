//! Tests through engine, client and proxy together.
