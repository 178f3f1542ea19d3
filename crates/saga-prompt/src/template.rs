//! Chat templates as rows of a table: the texts around the rules, the question and the answer.
//!
//! The token that begins a text (BOS) is in no row: tokenizers add it themselves, also to raw
//! prompts, and it must not stand twice.

use saga_domain::TemplateFamily;

/// How one family of models writes rules and a question, and opens the answer.
pub(crate) struct Template {
    family: TemplateFamily,
    before_rules: &'static str,
    /// Where a family has no turn for rules, they are the beginning of the user's.
    before_question: &'static str,
    before_answer: &'static str,
    /// Texts that end an answer, for servers that give them out as text.
    pub(crate) stop: &'static [&'static str],
}

const TEMPLATES: &[Template] = &[
    Template {
        family: TemplateFamily::Llama3,
        before_rules: "<|start_header_id|>system<|end_header_id|>\n\n",
        before_question: "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
        before_answer: "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        stop: &[
            "<|eot_id|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|reserved_special_token",
        ],
    },
    Template {
        family: TemplateFamily::ChatMl,
        before_rules: "<|im_start|>system\n",
        before_question: "<|im_end|>\n<|im_start|>user\n",
        before_answer: "<|im_end|>\n<|im_start|>assistant\n",
        stop: &["<|im_end|>", "<|im_start|>", "<|endoftext|>"],
    },
    Template {
        family: TemplateFamily::Gemma,
        before_rules: "<start_of_turn>user\n",
        before_question: "\n\n",
        before_answer: "<end_of_turn>\n<start_of_turn>model\n",
        stop: &["<end_of_turn>", "<start_of_turn>"],
    },
    Template {
        family: TemplateFamily::Llama2,
        before_rules: "[INST] <<SYS>>\n",
        before_question: "\n<</SYS>>\n\n",
        // The blank belongs to the answer's first word, as in every answer it was trained with.
        before_answer: " [/INST] ",
        stop: &["[INST]", "[/INST]", "<<SYS>>"],
    },
    Template {
        family: TemplateFamily::MistralV1,
        before_rules: "[INST] ",
        before_question: "\n\n",
        before_answer: " [/INST] ",
        stop: &["[INST]", "[/INST]"],
    },
    Template {
        family: TemplateFamily::MistralV3,
        before_rules: "[INST] ",
        before_question: "\n\n",
        before_answer: "[/INST] ",
        stop: &["[INST]", "[/INST]"],
    },
    Template {
        family: TemplateFamily::MistralTekken,
        before_rules: "[INST]",
        before_question: "\n\n",
        before_answer: "[/INST]",
        stop: &["[INST]", "[/INST]"],
    },
    Template {
        family: TemplateFamily::MistralV7,
        before_rules: "[SYSTEM_PROMPT]",
        before_question: "[/SYSTEM_PROMPT][INST]",
        before_answer: "[/INST]",
        stop: &["[INST]", "[/INST]", "[SYSTEM_PROMPT]"],
    },
    Template {
        family: TemplateFamily::Phi3,
        before_rules: "<|system|>\n",
        before_question: "<|end|>\n<|user|>\n",
        before_answer: "<|end|>\n<|assistant|>\n",
        stop: &["<|end|>", "<|user|>", "<|endoftext|>"],
    },
    Template {
        family: TemplateFamily::Phi4,
        before_rules: "<|im_start|>system<|im_sep|>",
        before_question: "<|im_end|><|im_start|>user<|im_sep|>",
        before_answer: "<|im_end|><|im_start|>assistant<|im_sep|>",
        stop: &["<|im_end|>", "<|im_start|>", "<|endoftext|>"],
    },
    Template {
        family: TemplateFamily::Phi4Mini,
        before_rules: "<|system|>",
        before_question: "<|end|><|user|>",
        before_answer: "<|end|><|assistant|>",
        stop: &["<|end|>", "<|user|>", "<|endoftext|>"],
    },
    Template {
        family: TemplateFamily::DeepSeekCoder,
        before_rules: "",
        before_question: "\n### Instruction:\n",
        before_answer: "\n### Response:\n",
        stop: &["<|EOT|>", "### Instruction:"],
    },
    Template {
        family: TemplateFamily::DeepSeek,
        before_rules: "",
        before_question: "<｜User｜>",
        before_answer: "<｜Assistant｜>",
        stop: &["<｜end▁of▁sentence｜>", "<｜User｜>"],
    },
    Template {
        family: TemplateFamily::CommandR,
        before_rules: "<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>",
        before_question: "<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>",
        before_answer: "<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
        stop: &["<|END_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|>"],
    },
    Template {
        family: TemplateFamily::Granite,
        before_rules: "<|start_of_role|>system<|end_of_role|>",
        before_question: "<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>",
        before_answer: "<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>",
        stop: &["<|end_of_text|>", "<|start_of_role|>"],
    },
    Template {
        family: TemplateFamily::Exaone,
        before_rules: "[|system|]",
        before_question: "[|endofturn|]\n[|user|]",
        before_answer: "\n[|assistant|]",
        stop: &["[|endofturn|]", "[|user|]"],
    },
];

impl Template {
    /// The row of `family`; none when only the server can render a conversation.
    pub(crate) fn of(family: TemplateFamily) -> Option<&'static Self> {
        TEMPLATES.iter().find(|row| row.family == family)
    }

    /// Writes everything up to the answer, which the model is to continue. Both texts are written
    /// as they are: neutralise what comes from outside first.
    pub(crate) fn write(&self, out: &mut String, rules: &str, question: &str) {
        for text in [self.before_rules, rules, self.before_question, question, self.before_answer] {
            out.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saga_domain::control::neutralise;

    #[test]
    fn every_family_has_a_row() {
        for family in TemplateFamily::known() {
            assert!(Template::of(family).is_some(), "{}", family.name());
        }
    }

    #[test]
    fn what_a_row_writes_is_recognised_again() {
        for row in TEMPLATES {
            let mut written = String::new();
            row.write(&mut written, "{{ .System }}", "{{ .Prompt }}");
            assert_eq!(TemplateFamily::recognise(&written), row.family, "{written}");
        }
    }

    #[test]
    fn no_row_begins_a_text() {
        for row in TEMPLATES {
            let mut written = String::new();
            row.write(&mut written, "", "");
            for bos in ["<s>", "<bos>", "<|begin_of_text|>", "<｜begin▁of▁sentence｜>", "[BOS]"]
            {
                assert!(!written.contains(bos), "{written}");
            }
        }
    }

    #[test]
    fn no_control_token_of_a_row_survives_in_a_users_text() {
        for row in TEMPLATES {
            let mut written = String::new();
            row.write(&mut written, "rules", "question");
            written.push_str(&row.stop.join(" "));
            for token in control_tokens(&written) {
                let safe = neutralise(token);
                assert!(!safe.contains(token), "{token} of {}", row.family.name());
            }
        }
    }

    /// From each opening character to the last of the closing ones after it.
    fn control_tokens(text: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(['<', '[', '#']) {
            rest = &rest[start..];
            let Some(end) = rest.find(['>', ']', ':']) else { break };
            let end = rest.len() - rest[end..].trim_start_matches(['>', ']', ':']).len();
            tokens.push(&rest[..end]);
            rest = &rest[end..];
        }
        assert!(!tokens.is_empty(), "{text}");
        tokens
    }
}
