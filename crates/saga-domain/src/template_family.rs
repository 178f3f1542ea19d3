//! Which chat template a model was trained with, as its template's own text tells.
//!
//! Names of models tell nothing here. A text that fits no row, or rows of more than one family,
//! is [`TemplateFamily::Unknown`]: the server then renders the conversation itself.

/// The chat template a model was trained with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TemplateFamily {
    /// `<|start_header_id|>role<|end_header_id|>\n\n…<|eot_id|>`
    Llama3,
    /// `<|im_start|>role\n…<|im_end|>\n`
    ChatMl,
    /// `<start_of_turn>user\n…<end_of_turn>\n`, answered by `model`; no system turn.
    Gemma,
    /// `[INST] <<SYS>>\n…\n<</SYS>>\n\n… [/INST]`
    Llama2,
    /// `[INST] … [/INST]`, rules first in the user's turn.
    MistralV1,
    /// `[INST] …[/INST]`, rules first in the user's turn.
    MistralV3,
    /// `[INST]…[/INST]`, rules first in the user's turn.
    MistralTekken,
    /// `[SYSTEM_PROMPT]…[/SYSTEM_PROMPT][INST]…[/INST]`
    MistralV7,
    /// `<|role|>\n…<|end|>\n`
    Phi3,
    /// `<|im_start|>role<|im_sep|>…<|im_end|>`
    Phi4,
    /// `<|role|>…<|end|>`
    Phi4Mini,
    /// `### Instruction:\n…\n### Response:\n`, rules before it.
    DeepSeekCoder,
    /// `<｜User｜>…<｜Assistant｜>`, rules before it.
    DeepSeek,
    /// `<|START_OF_TURN_TOKEN|><|USER_TOKEN|>…<|END_OF_TURN_TOKEN|>`
    CommandR,
    /// `<|start_of_role|>role<|end_of_role|>…<|end_of_text|>\n`
    Granite,
    /// `[|user|]…\n[|assistant|]`, rules in `[|system|]…[|endofturn|]\n`.
    Exaone,
    /// Not known: only the server can render a conversation.
    #[default]
    Unknown,
}

/// What tells a family's templates from all others'.
struct Sign {
    family: TemplateFamily,
    /// The name used on the wire.
    name: &'static str,
    /// Texts that the template holds.
    holds: &'static [&'static str],
    /// Texts that would make it another's, perhaps one that is not known.
    lacks: &'static [&'static str],
}

/// One row a family; a second one where its templates are written in two ways.
const SIGNS: &[Sign] = &[
    Sign {
        family: TemplateFamily::Llama3,
        name: "llama3",
        holds: &["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        lacks: &[],
    },
    Sign {
        family: TemplateFamily::ChatMl,
        name: "chatml",
        holds: &["<|im_start|>", "<|im_end|>"],
        lacks: &["<|im_sep|>"],
    },
    Sign {
        family: TemplateFamily::Gemma,
        name: "gemma",
        holds: &["<start_of_turn>model\n", "<end_of_turn>"],
        lacks: &[],
    },
    Sign {
        family: TemplateFamily::Llama2,
        name: "llama2",
        holds: &["[INST] ", " [/INST]", "<<SYS>>", "<</SYS>>"],
        lacks: &["[SYSTEM_PROMPT]"],
    },
    Sign {
        family: TemplateFamily::MistralV1,
        name: "mistral-v1",
        // The brace: a conversation without rules looks the same when Llama 2 rendered it.
        holds: &["{{", "[INST] ", " [/INST]"],
        lacks: &["<<SYS>>", "[SYSTEM_PROMPT]", "}[/INST]", "'[/INST]", "\"[/INST]"],
    },
    Sign {
        family: TemplateFamily::MistralV3,
        name: "mistral-v3",
        holds: &["[INST] ", "[/INST]"],
        lacks: &["<<SYS>>", "[SYSTEM_PROMPT]", " [/INST]"],
    },
    Sign {
        family: TemplateFamily::MistralTekken,
        name: "mistral-tekken",
        holds: &["[INST]", "[/INST]"],
        lacks: &["<<SYS>>", "[SYSTEM_PROMPT]", "[INST] ", " [/INST]"],
    },
    Sign {
        family: TemplateFamily::MistralV7,
        name: "mistral-v7",
        holds: &["[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[INST]", "[/INST]"],
        lacks: &["<<SYS>>", "[SYSTEM_PROMPT] ", "[INST] ", " [/INST]"],
    },
    Sign {
        family: TemplateFamily::Phi3,
        name: "phi3",
        holds: &["<|assistant|>\n", "<|end|>"],
        lacks: &[],
    },
    Sign {
        family: TemplateFamily::Phi4,
        name: "phi4",
        holds: &["<|im_start|>", "<|im_sep|>", "<|im_end|>"],
        lacks: &[],
    },
    Sign {
        family: TemplateFamily::Phi4Mini,
        name: "phi4-mini",
        holds: &["<|assistant|>", "<|end|>"],
        lacks: &["<|assistant|>\n"],
    },
    Sign {
        family: TemplateFamily::DeepSeekCoder,
        name: "deepseek-coder",
        holds: &["### Instruction:\n", "### Response:", "<|EOT|>"],
        lacks: &[],
    },
    Sign {
        family: TemplateFamily::DeepSeekCoder,
        name: "deepseek-coder",
        // A blank line before the answer is Alpaca's way.
        holds: &["### Instruction:\n", "}\n### Response:\n"],
        lacks: &["\n\n### Response:"],
    },
    Sign {
        family: TemplateFamily::DeepSeek,
        name: "deepseek",
        holds: &["<｜User｜>", "<｜Assistant｜>"],
        lacks: &[],
    },
    Sign {
        family: TemplateFamily::CommandR,
        name: "command-r",
        holds: &[
            "<|START_OF_TURN_TOKEN|>",
            "<|USER_TOKEN|>",
            "<|CHATBOT_TOKEN|>",
            "<|END_OF_TURN_TOKEN|>",
        ],
        // Later models open the answer itself with a token of its own.
        lacks: &["<|START_RESPONSE|>"],
    },
    Sign {
        family: TemplateFamily::Granite,
        name: "granite",
        holds: &["<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"],
        lacks: &[],
    },
    Sign {
        family: TemplateFamily::Exaone,
        name: "exaone",
        holds: &["[|assistant|]", "[|endofturn|]"],
        // Later models: a line of its own for the role, thoughts first.
        lacks: &["[|assistant|]\n", "<thought>"],
    },
];

impl TemplateFamily {
    /// Every family that is recognised; one whose templates are written in two ways comes twice.
    pub fn known() -> impl Iterator<Item = Self> {
        SIGNS.iter().map(|sign| sign.family)
    }

    /// The name used on the wire (`codesaga.template` in `/v1/models`).
    #[must_use]
    pub fn name(self) -> &'static str {
        SIGNS.iter().find(|sign| sign.family == self).map_or("unknown", |sign| sign.name)
    }

    /// The family with that wire name; `Unknown` for any other, so that an older client
    /// still works with a newer server.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        SIGNS.iter().find(|sign| sign.name == name).map_or(Self::Unknown, |sign| sign.family)
    }

    /// Recognises the family from the text of a template (Go or Jinja) or from a rendered
    /// conversation: both hold the family's own control tokens.
    #[must_use]
    pub fn recognise(template: &str) -> Self {
        let written = as_written(template);
        let fits = |sign: &&Sign| {
            sign.holds.iter().all(|text| written.contains(text))
                && !sign.lacks.iter().any(|text| written.contains(text))
        };
        let mut families = SIGNS.iter().filter(fits).map(|sign| sign.family);
        match families.next() {
            Some(family) if families.all(|other| other == family) => family,
            _ => Self::Unknown,
        }
    }
}

/// The template with its texts as a conversation would hold them: line ends for their escapes,
/// joined texts in one, and without the blanks that the template language takes away.
fn as_written(template: &str) -> String {
    let mut text = template.replace("\\n", "\n");
    for joint in ["' + '", "'+'", "\" + \"", "\"+\""] {
        text = text.replace(joint, "");
    }
    for tag in ["{{-", "{%-"] {
        text = tight(text.split(tag), tag, str::trim_end, |part| part);
    }
    for tag in ["-}}", "-%}"] {
        text = tight(text.split(tag), tag, |part| part, str::trim_start);
    }
    text
}

/// `parts` joined by `tag` again, each shortened towards the tags at its sides.
fn tight<'a>(
    parts: impl Iterator<Item = &'a str>,
    tag: &str,
    before: impl Fn(&'a str) -> &'a str,
    after: impl Fn(&'a str) -> &'a str,
) -> String {
    let mut out = String::new();
    let mut parts = parts.peekable();
    let mut first = true;
    while let Some(mut part) = parts.next() {
        if !first {
            out.push_str(tag);
            part = after(part);
        }
        first = false;
        out.push_str(if parts.peek().is_some() { before(part) } else { part });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(family: TemplateFamily, templates: &[&str]) {
        for template in templates {
            assert_eq!(TemplateFamily::recognise(template), family, "{template}");
        }
    }

    /// A Go template that writes one turn of each role, in the short form of old model files.
    fn go(system: &str, user: &str, answer: &str) -> String {
        format!(
            "{{{{ if .System }}}}{system}{{{{ end }}}}{{{{ if .Prompt }}}}{user}{{{{ end }}}}{answer}"
        )
    }

    #[test]
    fn names_come_back() {
        for family in TemplateFamily::known() {
            assert_eq!(TemplateFamily::from_name(family.name()), family);
        }
        assert_eq!(TemplateFamily::from_name("of-tomorrow"), TemplateFamily::Unknown);
        assert_eq!(TemplateFamily::Unknown.name(), "unknown");
    }

    #[test]
    fn turns_with_a_header() {
        check(
            TemplateFamily::Llama3,
            &[
                "{{ if .System }}<|start_header_id|>system<|end_header_id|>\n\n{{ .System }}<|eot_id|>{{ end }}",
                "{% set c = '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] + '<|eot_id|>' %}",
            ],
        );
        check(
            TemplateFamily::ChatMl,
            &[
                "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}",
                "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n",
            ],
        );
        check(
            TemplateFamily::Phi4,
            &[
                "{{'<|im_start|>user<|im_sep|>' + m['content'] + '<|im_end|>'}}",
                "<|im_start|>{{ .Role }}<|im_sep|>\n{{ .Content }}<|im_end|>\n",
            ],
        );
        check(
            TemplateFamily::Granite,
            &["<|start_of_role|>{{ .Role }}<|end_of_role|>{{ .Content }}<|end_of_text|>\n"],
        );
        check(
            TemplateFamily::CommandR,
            &[
                "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>{{ .Prompt }}<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
            ],
        );
    }

    #[test]
    fn gemma_answers_as_model() {
        check(
            TemplateFamily::Gemma,
            &[
                &go(
                    "",
                    "<start_of_turn>user\n{{ .Prompt }}<end_of_turn>\n",
                    "<start_of_turn>model\n",
                ),
                "{{ '<start_of_turn>' + role + '\\n' + m['content'] | trim + '<end_of_turn>\\n' }}{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}",
                "<start_of_turn>user\nhello<end_of_turn>\n<start_of_turn>model\n",
            ],
        );
        check(TemplateFamily::Unknown, &["<start_of_turn>user\n{{ .Prompt }}<end_of_turn>\n"]);
    }

    #[test]
    fn blanks_tell_the_instruct_families_apart() {
        check(
            TemplateFamily::Llama2,
            &[
                "[INST] <<SYS>>{{ .System }}<</SYS>>\n\n{{ .Prompt }} [/INST]\n",
                "{% set c = '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' + c %}{{ bos_token + '[INST] ' + c.strip() + ' [/INST]' }}",
            ],
        );
        check(
            TemplateFamily::MistralV1,
            &[
                "[INST] {{ if .System }}{{ .System }} {{ end }}{{ .Prompt }} [/INST]",
                "{{ '[INST] ' + m['content'] + ' [/INST]' }}",
                "{{- ' [INST] ' + system_message + '\\n\\n' + m['content'] + ' [/INST]' }}",
            ],
        );
        check(
            TemplateFamily::MistralV3,
            &[
                "[INST] {{ if .System }}{{ .System }}\n\n{{ end }}{{ .Prompt }}[/INST] {{ .Response }}</s>",
                "{{- \"[INST] \" + m[\"content\"] + \"[/INST]\" }}",
                "{{- if eq .Role \"user\" }}[INST] {{ .Content }}\n{{- else }}[/INST] {{ .Content }}</s>\n{{- end }}[/INST]",
            ],
        );
        check(
            TemplateFamily::MistralTekken,
            &["{{- \"[INST]\" + m[\"content\"] + \"[/INST]\" }}", "[INST]hello[/INST]"],
        );
        check(
            TemplateFamily::MistralV7,
            &[
                "{{- if eq .Role \"system\" }}[SYSTEM_PROMPT]{{ .Content }}[/SYSTEM_PROMPT]\n{{- else }}[INST]{{ .Content }}[/INST]{{ end }}",
            ],
        );
        check(
            TemplateFamily::Unknown,
            &[
                // Llama 2 and Mistral say the same when there are no rules.
                "<s>[INST] hello [/INST]",
                // Two ways in one template.
                "[INST] {{ .Prompt }} [/INST]{{ else }}[INST] {{ .Prompt }}[/INST]",
                "[SYSTEM_PROMPT] {{ .System }}[/SYSTEM_PROMPT][INST] {{ .Prompt }}[/INST]",
            ],
        );
    }

    #[test]
    fn line_ends_tell_the_phi_families_apart() {
        check(
            TemplateFamily::Phi3,
            &[
                &go(
                    "<|system|>\n{{ .System }}<|end|>\n",
                    "<|user|>\n{{ .Prompt }}<|end|>\n",
                    "<|assistant|>\n{{ .Response }}<|end|>",
                ),
                "{{'<|user|>' + '\\n' + m['content'] + '<|end|>' + '\\n' + '<|assistant|>' + '\\n'}}",
                "<|user|>\nhello<|end|>\n<|assistant|>\n",
            ],
        );
        check(
            TemplateFamily::Phi4Mini,
            &[
                "{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{{ '<|assistant|>' }}",
                "<|user|>{{ .Prompt }}<|end|><|assistant|>\n{{- .Response }}",
            ],
        );
        // GLM and Falcon share the roles, but not the end of a turn.
        check(TemplateFamily::Unknown, &["<|user|>\n{{ .Prompt }}<|assistant|>\n"]);
        // Other models end other things with `<|end|>`.
        check(TemplateFamily::Unknown, &["<|start|>user<|message|>{{ .Prompt }}<|end|>"]);
    }

    #[test]
    fn deepseek_has_two() {
        check(
            TemplateFamily::DeepSeekCoder,
            &[
                "{{ .System }}\n### Instruction:\n{{ .Prompt }}\n### Response:\n",
                "{{'### Instruction:\\n' + m['content'] + '\\n'}}{{'### Response:\\n' + m['content'] + '\\n<|EOT|>\\n'}}",
            ],
        );
        check(
            TemplateFamily::DeepSeek,
            &[
                "{{ .System }}<｜User｜>{{ .Prompt }}<｜Assistant｜>",
                "<｜begin▁of▁sentence｜><｜User｜>hello<｜Assistant｜>",
            ],
        );
        // Alpaca, StarCoder 2 and the many that took over from them.
        check(
            TemplateFamily::Unknown,
            &[
                "### Instruction:\n{{ .Prompt }}\n\n### Response:\n",
                "### Instruction\n{{ .Prompt }}\n\n### Response\n",
            ],
        );
    }

    #[test]
    fn exaone_of_the_third_generation() {
        check(
            TemplateFamily::Exaone,
            &[
                "[|system|]{{ .System }}[|endofturn|]\n[|user|]{{ .Prompt }}\n[|assistant|]{{ .Response }}[|endofturn|]",
                "{{ '[|' + m['role'] + '|]' + m['content'] }}{{ '[|endofturn|]\\n' }}{{ '[|assistant|]' }}",
            ],
        );
        check(
            TemplateFamily::Unknown,
            &["[|user|]\n{{ .Prompt }}[|endofturn|]\n[|assistant|]\n{{ .Response }}"],
        );
    }

    #[test]
    fn what_fits_nothing_or_two_is_not_known() {
        check(
            TemplateFamily::Unknown,
            &[
                "",
                "{{ .Prompt }}",
                "{{ .System }}\nUSER: {{ .Prompt }}\nASSISTANT:",
                "<PRE> {{ .Prompt }} <SUF>{{ .Suffix }} <MID>",
                "<|im_start|>user<|im_end|> or <start_of_turn>model\n<end_of_turn>",
                "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>{{ .Prompt }}<|END_OF_TURN_TOKEN|><|CHATBOT_TOKEN|><|START_RESPONSE|>",
            ],
        );
    }
}
