//! The only socket on the user's side.
