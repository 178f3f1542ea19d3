//! What an OpenAI-compatible server says of its models: llama.cpp and vLLM each in their own way.

use saga_domain::TemplateFamily;
use serde::Deserialize;
use serde_json::Value;

/// Assumed where a server does not say; every model in use has at least this.
const CONTEXT_TOKENS_UNKNOWN: u32 = 4096;

/// The answer to `/v1/models`.
#[derive(Debug, Deserialize)]
pub(crate) struct ModelsAnswer {
    pub(crate) data: Vec<ModelEntry>,
}

/// One model of it.
#[derive(Debug, Deserialize)]
pub(crate) struct ModelEntry {
    pub(crate) id: String,
    /// llama.cpp's.
    #[serde(default)]
    meta: Option<Meta>,
    /// vLLM's.
    #[serde(default)]
    max_model_len: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Meta {
    #[serde(default)]
    n_ctx: Option<u32>,
    #[serde(default)]
    n_ctx_train: Option<u32>,
}

/// llama.cpp's answer to `/props`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Props {
    #[serde(default)]
    pub(crate) chat_template: String,
    #[serde(default)]
    default_generation_settings: GenerationSettings,
}

#[derive(Debug, Default, Deserialize)]
struct GenerationSettings {
    #[serde(default)]
    n_ctx: Option<u32>,
}

/// llama.cpp's answer to `/apply-template`.
#[derive(Debug, Deserialize)]
pub(crate) struct Applied {
    #[serde(default)]
    prompt: String,
}

/// The answer to `/tokenize`; what a token looks like depends on the server.
#[derive(Debug, Deserialize)]
pub(crate) struct Tokenized {
    pub(crate) tokens: Vec<Value>,
}

/// Tokens that a request to the model may have: what the server gave it, else what it was trained
/// with.
pub(crate) fn context_tokens(model: &ModelEntry, props: &Props) -> u32 {
    let meta = model.meta.as_ref();
    props
        .default_generation_settings
        .n_ctx
        .or(meta.and_then(|meta| meta.n_ctx))
        .or(model.max_model_len)
        .or(meta.and_then(|meta| meta.n_ctx_train))
        .filter(|tokens| *tokens > 0)
        .unwrap_or(CONTEXT_TOKENS_UNKNOWN)
}

/// The template's family, from the template itself or from a conversation it rendered.
pub(crate) fn template(props: &Props, applied: Option<&Applied>) -> TemplateFamily {
    match TemplateFamily::recognise(&props.chat_template) {
        TemplateFamily::Unknown => {
            applied.map_or(TemplateFamily::Unknown, |a| TemplateFamily::recognise(&a.prompt))
        }
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(model: &str, props: &str, applied: Option<&str>, expected: (&str, u32)) {
        let model: ModelEntry = serde_json::from_str(model).expect("a model");
        let props: Props = serde_json::from_str(props).expect("props");
        let applied = applied.map(|text| Applied { prompt: text.to_owned() });
        let found = (template(&props, applied.as_ref()).name(), context_tokens(&model, &props));
        assert_eq!(found, expected);
    }

    #[test]
    fn llama_cpp_says_it_in_props() {
        check(
            r#"{"id": "m", "meta": {"n_ctx_train": 8192}}"#,
            r#"{"chat_template": "<|im_start|><|im_end|>",
                "default_generation_settings": {"n_ctx": 4096, "id": 0}}"#,
            None,
            ("chatml", 4096),
        );
    }

    #[test]
    fn without_props_a_rendered_conversation_tells() {
        let rendered = "<|start_header_id|>user<|end_header_id|>\n\nx<|eot_id|>";
        check(r#"{"id": "m", "max_model_len": 2048}"#, "{}", Some(rendered), ("llama3", 2048));
        let rendered = "<|user|>\nx<|end|>\n<|assistant|>\n";
        check(r#"{"id": "m"}"#, "{}", Some(rendered), ("phi3", 4096));
        // Llama 2 and Mistral look the same here.
        check(r#"{"id": "m"}"#, "{}", Some("[INST] x [/INST]"), ("unknown", 4096));
    }
}
