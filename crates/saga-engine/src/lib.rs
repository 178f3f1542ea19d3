//! The use cases: complete, refactor, fix, chat.
