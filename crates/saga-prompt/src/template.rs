//! Chat templates as rows of a table: how a turn opens, how it closes, what ends an answer.
//!
//! The token that begins a text (BOS) is in no row: tokenizers add it themselves, also to raw
//! prompts, and it must not stand twice.

use saga_domain::{Role, TemplateFamily};

/// How one family of models writes a conversation.
pub(crate) struct Template {
    family: TemplateFamily,
    /// Before the role's name.
    opens: &'static str,
    /// Between the role's name and the turn's text.
    begins: &'static str,
    /// After the turn's text.
    closes: &'static str,
    /// Texts that end an answer, for servers that give them out as text.
    pub(crate) stop: &'static [&'static str],
}

const TEMPLATES: &[Template] = &[
    Template {
        family: TemplateFamily::Llama3,
        opens: "<|start_header_id|>",
        begins: "<|end_header_id|>\n\n",
        closes: "<|eot_id|>",
        stop: &[
            "<|eot_id|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|reserved_special_token",
        ],
    },
    Template {
        family: TemplateFamily::ChatMl,
        opens: "<|im_start|>",
        begins: "\n",
        closes: "<|im_end|>\n",
        stop: &["<|im_end|>", "<|im_start|>", "<|endoftext|>"],
    },
];

impl Template {
    /// The row of `family`; none when only the server can render a conversation.
    pub(crate) fn of(family: TemplateFamily) -> Option<&'static Self> {
        TEMPLATES.iter().find(|row| row.family == family)
    }

    /// A whole turn. `text` is written as it is: neutralise what comes from outside first.
    pub(crate) fn write_turn(&self, out: &mut String, role: Role, text: &str) {
        self.open_turn(out, role);
        out.push_str(text);
        out.push_str(self.closes);
    }

    /// The start of a turn that the model is to continue.
    pub(crate) fn open_turn(&self, out: &mut String, role: Role) {
        out.push_str(self.opens);
        out.push_str(role.name());
        out.push_str(self.begins);
    }
}
