//! Families of models that fill holes, as rows of a table: their control tokens, in which order
//! they were trained to read a file, and how they tell files apart.
//!
//! The forms are the published ones: the Code Llama and StarCoder 2 papers with their reference
//! code, the model cards of Qwen 2.5 Coder, DeepSeek Coder, CodeGemma and Granite Code, and
//! `mistral-common` for Codestral. No row holds the token that begins a text: servers add it.

/// How a hole in a file can be given to a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fim {
    /// It knows no holes.
    #[default]
    None,
    /// The server takes the text after the hole as `suffix` and puts the tokens in.
    Suffix,
    /// The prompt holds the family's tokens itself.
    Tokens(FimFamily),
}

/// A family of models with the same tokens for holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FimFamily {
    /// Code Llama 7B and 13B.
    CodeLlama,
    /// StarCoder 2.
    StarCoder2,
    /// Qwen 2.5 Coder, and Qwen 3 Coder after it.
    Qwen,
    /// DeepSeek Coder and DeepSeek Coder V2.
    DeepSeekCoder,
    /// Codestral.
    Codestral,
    /// CodeGemma.
    CodeGemma,
    /// Granite Code, with the tokens of the first StarCoder.
    Granite,
}

/// In which order a prompt holds the text before and after a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FimOrder {
    /// Prefix, suffix, middle: the suffix is read again with every key.
    PrefixFirst,
    /// Suffix, prefix, middle: the answer goes on where the prompt ends.
    SuffixFirst,
}

/// How a family tells the files of a prompt apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FimFiles {
    /// Before a file's path; a line end follows the path.
    pub before_path: &'static str,
    /// After a file's text.
    pub after_file: &'static str,
    /// Where the paths stand.
    pub paths: FimPaths,
}

/// Where a prompt of several files holds their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FimPaths {
    /// Each file has its path above it, also the one with the hole: above what the row begins
    /// with.
    Above,
    /// The same, but the path of the file with the hole is the first line of its text.
    InText,
    /// All files are one text, and the hole is in the last.
    OneText,
}

/// One family's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FimRow {
    /// The order it was trained with; where it was both, the one that keeps what was evaluated.
    pub order: FimOrder,
    /// What the prompt begins with.
    pub begin: &'static str,
    /// What stands between the two texts, in the row's order.
    pub between: &'static str,
    /// What the prompt ends with: nothing where the text before the hole is the last.
    pub end: &'static str,
    /// How other files are shown; absent for a family that was trained on one file at a time.
    pub files: Option<FimFiles>,
    /// Texts that end an answer, for servers that give them out as text.
    pub stop: &'static [&'static str],
    /// Texts that are each one token to every model of the family, and not to the others.
    signs: &'static [&'static str],
}

impl FimFamily {
    /// Every family.
    pub const ALL: [Self; 7] = [
        Self::CodeLlama,
        Self::StarCoder2,
        Self::Qwen,
        Self::DeepSeekCoder,
        Self::Codestral,
        Self::CodeGemma,
        Self::Granite,
    ];

    /// The stable name, as it stands on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CodeLlama => "code-llama",
            Self::StarCoder2 => "starcoder2",
            Self::Qwen => "qwen",
            Self::DeepSeekCoder => "deepseek-coder",
            Self::Codestral => "codestral",
            Self::CodeGemma => "codegemma",
            Self::Granite => "granite",
        }
    }

    /// The family of a name on the wire; none for one that is not known here.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    /// The family of a model by asking which texts are one token to it; none when no family's
    /// are, or those of several.
    pub fn recognise(mut is_one_token: impl FnMut(&str) -> bool) -> Option<Self> {
        let mut fitting = Self::ALL
            .into_iter()
            .filter(|family| family.row().signs.iter().all(|sign| is_one_token(sign)));
        let found = fitting.next()?;
        fitting.next().is_none().then_some(found)
    }

    /// Every text that [`Self::recognise`] may ask about; some are several families'.
    pub fn signs() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().flat_map(|family| family.row().signs).copied()
    }

    /// The family's row.
    #[must_use]
    pub fn row(self) -> &'static FimRow {
        match self {
            Self::CodeLlama => &CODE_LLAMA,
            Self::StarCoder2 => &STAR_CODER_2,
            Self::Qwen => &QWEN,
            Self::DeepSeekCoder => &DEEP_SEEK_CODER,
            Self::Codestral => &CODESTRAL,
            Self::CodeGemma => &CODE_GEMMA,
            Self::Granite => &GRANITE,
        }
    }
}

static CODE_LLAMA: FimRow = FimRow {
    order: FimOrder::SuffixFirst,
    begin: "<PRE> <SUF>",
    between: " <MID> ",
    end: "",
    files: None,
    stop: &["<EOT>", "<PRE>", "<SUF>", "<MID>"],
    signs: &["▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"],
};

static STAR_CODER_2: FimRow = FimRow {
    order: FimOrder::SuffixFirst,
    begin: "<fim_prefix><fim_suffix>",
    between: "<fim_middle>",
    end: "",
    files: Some(FimFiles { before_path: "<file_sep>", after_file: "", paths: FimPaths::InText }),
    stop: &["<|endoftext|>", "<file_sep>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
    signs: &["<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<file_sep>"],
};

static QWEN: FimRow = FimRow {
    order: FimOrder::PrefixFirst,
    begin: "<|fim_prefix|>",
    between: "<|fim_suffix|>",
    end: "<|fim_middle|>",
    files: Some(FimFiles { before_path: "<|file_sep|>", after_file: "\n", paths: FimPaths::Above }),
    stop: &[
        "<|endoftext|>",
        "<|file_sep|>",
        "<|repo_name|>",
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "<|fim_middle|>",
        "<|fim_pad|>",
        "<|im_end|>",
    ],
    signs: &["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>"],
};

static DEEP_SEEK_CODER: FimRow = FimRow {
    order: FimOrder::PrefixFirst,
    begin: "<｜fim▁begin｜>",
    between: "<｜fim▁hole｜>",
    end: "<｜fim▁end｜>",
    files: Some(FimFiles { before_path: "#", after_file: "\n", paths: FimPaths::OneText }),
    stop: &[
        "<｜end▁of▁sentence｜>",
        "<｜fim▁begin｜>",
        "<｜fim▁hole｜>",
        "<｜fim▁end｜>",
        "<|EOT|>",
    ],
    signs: &["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
};

static CODESTRAL: FimRow = FimRow {
    order: FimOrder::SuffixFirst,
    begin: "[SUFFIX]",
    between: "[PREFIX]",
    end: "",
    files: Some(FimFiles { before_path: "+++++ ", after_file: "\n\n", paths: FimPaths::OneText }),
    stop: &["</s>", "[PREFIX]", "[SUFFIX]", "[MIDDLE]"],
    signs: &["[SUFFIX]", "[PREFIX]", "[MIDDLE]"],
};

static CODE_GEMMA: FimRow = FimRow {
    order: FimOrder::PrefixFirst,
    begin: "<|fim_prefix|>",
    between: "<|fim_suffix|>",
    end: "<|fim_middle|>",
    files: Some(FimFiles {
        before_path: "",
        after_file: "<|file_separator|>",
        paths: FimPaths::Above,
    }),
    stop: &[
        "<|file_separator|>",
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "<|fim_middle|>",
        "<end_of_turn>",
        "<eos>",
    ],
    signs: &["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_separator|>"],
};

static GRANITE: FimRow = FimRow {
    order: FimOrder::SuffixFirst,
    begin: "<fim_prefix><fim_suffix>",
    between: "<fim_middle>",
    end: "",
    files: None,
    stop: &["<|endoftext|>", "<filename>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
    signs: &["<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<filename>"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::neutralise;

    #[test]
    fn names_are_stable_both_ways() {
        for family in FimFamily::ALL {
            assert_eq!(FimFamily::from_name(family.name()), Some(family));
        }
        assert_eq!(FimFamily::from_name("gpt"), None);
    }

    #[test]
    fn each_family_is_recognised_by_its_tokens_alone() {
        for family in FimFamily::ALL {
            let signs = family.row().signs;
            assert_eq!(FimFamily::recognise(|text| signs.contains(&text)), Some(family));
        }
        assert_eq!(FimFamily::recognise(|_| false), None);
        assert_eq!(FimFamily::recognise(|_| true), None, "it takes every text for a token");
    }

    #[test]
    fn no_token_of_a_row_survives_in_a_users_text() {
        for family in FimFamily::ALL {
            let row = family.row();
            for token in [row.begin, row.between, row.end].iter().chain(row.stop) {
                let token = token.trim();
                assert!(token.is_empty() || neutralise(token) != *token, "{token}");
            }
        }
    }
}
