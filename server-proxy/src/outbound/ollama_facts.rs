//! What Ollama says of its models, and what is pinned because of it.
//!
//! A request whose `num_ctx` differs from the loaded model's makes Ollama load the whole model
//! again, so each model has one, worked out here and sent with every request.

use saga_domain::TemplateFamily;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Ollama's own default where neither the model nor its file names a length.
const CONTEXT_TOKENS_UNKNOWN: u32 = 4096;

/// The answer to `/api/tags`.
#[derive(Debug, Deserialize)]
pub(crate) struct Tags {
    #[serde(default)]
    pub(crate) models: Vec<Tag>,
}

/// The answer to `/api/ps`: what is in memory.
#[derive(Debug, Deserialize)]
pub(crate) struct Running {
    #[serde(default)]
    pub(crate) models: Vec<Tag>,
}

/// One installed model.
#[derive(Debug, Deserialize)]
pub(crate) struct Tag {
    pub(crate) name: String,
    /// Changes when the model under this name does.
    #[serde(default)]
    pub(crate) digest: String,
}

/// The part of the answer to `/api/show` that matters here.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Show {
    #[serde(default)]
    template: String,
    #[serde(default)]
    parameters: String,
    /// Absent in old versions.
    capabilities: Option<Vec<String>>,
    #[serde(default)]
    model_info: Map<String, Value>,
}

/// What follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) digest: String,
    /// Whether it writes text at all; an embedding model does not.
    pub(crate) writes: bool,
    pub(crate) tools: bool,
    pub(crate) embeds: bool,
    pub(crate) fim: bool,
    pub(crate) template: TemplateFamily,
    /// Sent as `num_ctx` with every request.
    pub(crate) context_tokens: u32,
    /// The model's own stop texts: those of a request would replace them.
    pub(crate) stop: Vec<String>,
}

impl Facts {
    pub(crate) fn new(digest: String, show: &Show, context_tokens_max: u32) -> Self {
        let can = |what: &str| {
            show.capabilities.as_ref().map(|all| all.iter().any(|capability| capability == what))
        };
        let trained = show.model_info.iter().find(|(name, _)| name.ends_with(".context_length"));
        let trained = trained.and_then(|(_, tokens)| u32::try_from(tokens.as_u64()?).ok());
        let chosen = parameter(&show.parameters, "num_ctx").and_then(|value| value.parse().ok());
        let context_tokens = match (chosen, trained) {
            (Some(chosen), Some(trained)) => u32::min(chosen, trained),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => CONTEXT_TOKENS_UNKNOWN,
        };
        Self {
            digest,
            writes: can("completion").unwrap_or(true),
            tools: can("tools").unwrap_or_else(|| show.template.contains(".Tools")),
            embeds: can("embedding").unwrap_or(true),
            fim: can("insert").unwrap_or_else(|| show.template.contains(".Suffix")),
            template: TemplateFamily::recognise(&show.template),
            context_tokens: context_tokens.min(context_tokens_max).max(1),
            stop: parameters(&show.parameters, "stop").map(unquoted).collect(),
        }
    }
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    self::parameters(parameters, name).next()
}

/// The values of a parameter; the text holds one `name   value` a line.
fn parameters<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| {
        let (found, value) = line.trim().split_once(char::is_whitespace)?;
        (found == name).then_some(value.trim())
    })
}

fn unquoted(value: &str) -> String {
    serde_json::from_str(value).unwrap_or_else(|_| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(show: &str, context_tokens_max: u32, expected: Expect) {
        let show: Show = serde_json::from_str(show).expect("an answer to /api/show");
        let facts = Facts::new("d".to_owned(), &show, context_tokens_max);
        expected.assert_eq(&format!(
            "{} fim={} writes={} context={} stop={:?}",
            facts.template.name(),
            facts.fim,
            facts.writes,
            facts.context_tokens,
            facts.stop
        ));
    }

    #[test]
    fn the_models_own_context_wins_over_what_it_was_trained_with() {
        let show = r#"{"parameters": "num_ctx    2048\nstop   \"<|im_end|>\"\nstop  plain",
            "template": "<|im_start|>{{ .Prompt }}<|im_end|>",
            "capabilities": ["completion"], "model_info": {"llama.context_length": 8192}}"#;
        check(
            show,
            8192,
            expect![[r#"chatml fim=false writes=true context=2048 stop=["<|im_end|>", "plain"]"#]],
        );
        check(
            show,
            1024,
            expect![[r#"chatml fim=false writes=true context=1024 stop=["<|im_end|>", "plain"]"#]],
        );
    }

    #[test]
    fn a_model_may_know_both_a_conversation_and_a_hole() {
        let show = r#"{"template": "{{- if .Suffix }}[SUFFIX]{{ .Suffix }}[PREFIX] {{ .Prompt }}{{ else }}[INST] {{ .Prompt }}[/INST]{{ end }}",
            "capabilities": ["completion", "insert"], "model_info": {"llama.context_length": 32768}}"#;
        check(show, 8192, expect!["mistral-v3 fim=true writes=true context=8192 stop=[]"]);
        let show = r#"{"template": "<start_of_turn>user\n{{ .Prompt }}<end_of_turn>\n<start_of_turn>model\n",
            "capabilities": ["completion"]}"#;
        check(show, 8192, expect!["gemma fim=false writes=true context=4096 stop=[]"]);
    }

    #[test]
    fn an_old_version_says_less() {
        let show = r#"{"template": "<PRE> {{ .Prompt }} <SUF>{{ .Suffix }} <MID>"}"#;
        check(show, 8192, expect!["unknown fim=true writes=true context=4096 stop=[]"]);
        check("{}", 8192, expect!["unknown fim=false writes=true context=4096 stop=[]"]);
    }

    #[test]
    fn an_embedding_model_writes_nothing() {
        check(
            r#"{"capabilities": ["embedding"]}"#,
            8192,
            expect!["unknown fim=false writes=false context=4096 stop=[]"],
        );
    }
}
