//! Why a file is not in the index.

/// Why a file is not in the index. What an ignore file names is not even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// The editor does not show it.
    Excluded,
    /// It may hold secrets; it was not opened.
    Private,
    /// A symbolic link, which may lead out of the workspace.
    Link,
    /// No language of the table; it was not opened.
    UnknownLanguage,
    /// It has more bytes than a person writes.
    TooLarge,
    /// It is no text.
    Binary,
    /// It is text in another encoding.
    NotUtf8,
    /// A program wrote it, in lines nobody reads.
    Generated,
    /// The system did not give it.
    Unreadable,
    /// The index is full, or reading took too long.
    OverLimit,
}

impl LeftOut {
    /// Whether somebody who looks for the file by its name may still want to read it.
    pub(super) fn is_listed(self) -> bool {
        matches!(self, Self::TooLarge | Self::Generated | Self::OverLimit)
    }

    /// The stable name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Excluded => "excluded",
            Self::Private => "private",
            Self::Link => "link",
            Self::UnknownLanguage => "unknown_language",
            Self::TooLarge => "too_large",
            Self::Binary => "binary",
            Self::NotUtf8 => "not_utf8",
            Self::Generated => "generated",
            Self::Unreadable => "unreadable",
            Self::OverLimit => "over_limit",
        }
    }
}
