//! Context in, prompt out, and the reading of answers.
