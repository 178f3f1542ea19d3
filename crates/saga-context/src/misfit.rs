//! Why a document, an edit or an offset is refused. The only error of this crate.

use std::fmt;

use saga_domain::FailureCode;

/// What does not fit, and by how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The document is not open here, or was forgotten: open it with its whole text.
    UnknownDocument,
    /// The change is not newer than the text held here.
    StaleVersion {
        /// Version held here.
        have: i64,
        /// Version that came.
        got: i64,
    },
    /// An offset lies beyond the end.
    OutOfRange {
        /// The offset, in bytes.
        offset: usize,
        /// Length of the text, in bytes.
        len: usize,
    },
    /// A span ends before it starts.
    Backwards {
        /// Its start, in bytes.
        start: usize,
        /// Its end, in bytes.
        end: usize,
    },
    /// An offset lies inside a character.
    InsideCharacter {
        /// The offset, in bytes.
        offset: usize,
    },
    /// The text is larger than the limit.
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The text holds a NUL byte, which no source file does.
    Binary,
}

impl Misfit {
    /// The stable code to branch on.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        match self {
            Self::UnknownDocument => FailureCode::UnknownDocument,
            Self::StaleVersion { .. } => FailureCode::StaleDocument,
            Self::OutOfRange { .. } | Self::Backwards { .. } | Self::InsideCharacter { .. } => {
                FailureCode::OffsetOutOfRange
            }
            Self::TooLarge { .. } => FailureCode::TooLarge,
            Self::Binary => FailureCode::Unsupported,
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownDocument => {
                f.write_str("The document is not open; open it with its whole text.")
            }
            Self::StaleVersion { have, got } => {
                write!(f, "The change is for version {got}, but version {have} is already here.")
            }
            Self::OutOfRange { offset, len } => {
                write!(f, "Offset {offset} lies outside the document, which has {len} bytes.")
            }
            Self::Backwards { start, end } => {
                write!(f, "A span cannot start at {start} and end at {end}.")
            }
            Self::InsideCharacter { offset } => {
                write!(f, "Offset {offset} lies inside a character.")
            }
            Self::TooLarge { bytes, max } => {
                write!(f, "The document has {bytes} bytes; at most {max} are read.")
            }
            Self::Binary => f.write_str("The document is binary and cannot be completed."),
        }
    }
}

impl std::error::Error for Misfit {}
