//! What a server reports of its model. Strategies are chosen from these facts, never from a name.

/// The chat template a model was trained with, as recognised from the text of its template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TemplateFamily {
    /// `<|start_header_id|>role<|end_header_id|>\n\n…<|eot_id|>`
    Llama3,
    /// `<|im_start|>role\n…<|im_end|>\n`
    ChatMl,
    /// Not known: only the server can render a conversation.
    #[default]
    Unknown,
}

impl TemplateFamily {
    /// The name used on the wire (`codesaga.template` in `/v1/models`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Llama3 => "llama3",
            Self::ChatMl => "chatml",
            Self::Unknown => "unknown",
        }
    }

    /// The family with that wire name; `Unknown` for any other, so that an older client
    /// still works with a newer server.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "llama3" => Self::Llama3,
            "chatml" => Self::ChatMl,
            _ => Self::Unknown,
        }
    }

    /// Recognises the family from the text of a template (Go or Jinja) or from a rendered
    /// conversation: both hold the family's own control tokens.
    #[must_use]
    pub fn recognise(template: &str) -> Self {
        if template.contains("<|start_header_id|>") && template.contains("<|eot_id|>") {
            Self::Llama3
        } else if template.contains("<|im_start|>") && template.contains("<|im_end|>") {
            Self::ChatMl
        } else {
            Self::Unknown
        }
    }
}

/// What the engine must know of a model before it can write a prompt for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFacts {
    /// The model's name on the server.
    pub name: String,
    /// Its chat template's family.
    pub template: TemplateFamily,
    /// Whether the server fills a hole between prefix and suffix for this model.
    pub fim: bool,
    /// Tokens that prompt and answer may have together, as the server really allocates them.
    pub context_tokens: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, expected: TemplateFamily) {
        assert_eq!(TemplateFamily::recognise(template), expected, "{template}");
        assert_eq!(TemplateFamily::from_name(expected.name()), expected);
    }

    #[test]
    fn families_are_known_by_their_control_tokens() {
        check(
            "{{ if .System }}<|start_header_id|>system<|end_header_id|>\n\n{{ .System }}<|eot_id|>{{ end }}",
            TemplateFamily::Llama3,
        );
        check(
            "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}",
            TemplateFamily::ChatMl,
        );
        check("[INST] {{ .Prompt }} [/INST]", TemplateFamily::Unknown);
        check("{{ .Prompt }}", TemplateFamily::Unknown);
        check("", TemplateFamily::Unknown);
    }
}
