//! What is known of the model: asked once, kept until something fails.

use std::sync::atomic::{AtomicBool, Ordering};

use saga_client::Client;
use saga_domain::{Failure, FailureCode, Fim, FimFamily, ModelFacts, TemplateFamily};
use saga_protocol::models::{Model as Listed, ModelDetails};

/// What a model is given credit for when its server says nothing: the smallest context in use.
const CONTEXT_TOKENS_UNKNOWN: u32 = 4096;
/// Names of models shown in a message.
const NAMES_SHOWN_MAX: usize = 5;

/// A model that the server has, as somebody sees it who chooses one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedModel {
    /// The name to ask for.
    pub name: String,
    /// Whether the server takes it when none is named.
    pub is_default: bool,
    /// Whether it writes text; a model for embeddings alone does not.
    pub writes: bool,
    /// Whether it fills holes; false when the server does not say.
    pub fim: bool,
    /// Tokens that prompt and answer may have together; absent when the server does not say.
    pub context_length: Option<u32>,
    /// The model's own name, when this name stands for it.
    pub stands_for: Option<String>,
}

impl From<Listed> for ServedModel {
    fn from(listed: Listed) -> Self {
        let Some(details) = listed.codesaga else {
            return Self {
                name: listed.id,
                is_default: false,
                writes: true,
                fim: false,
                context_length: None,
                stands_for: None,
            };
        };
        Self {
            name: listed.id,
            is_default: details.default,
            writes: details.completion,
            fim: details.fim,
            context_length: Some(details.context_length),
            stands_for: details.stands_for,
        }
    }
}

/// The model that is asked.
pub(crate) struct Model {
    wanted: Option<String>,
    known: tokio::sync::Mutex<Option<ModelFacts>>,
    /// Set from any thread; looked at before what is known is used.
    is_stale: AtomicBool,
    /// Whether the server is `codesaga-proxy`, as far as is known.
    is_served_by_proxy: AtomicBool,
}

impl Model {
    /// `wanted` is the user's choice; the server's default when absent or blank.
    pub(crate) fn new(wanted: Option<String>) -> Self {
        let wanted = wanted.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        Self {
            wanted,
            known: tokio::sync::Mutex::default(),
            is_stale: AtomicBool::new(false),
            is_served_by_proxy: AtomicBool::new(false),
        }
    }

    /// The user's choice.
    pub(crate) fn wanted(&self) -> Option<&str> {
        self.wanted.as_deref()
    }

    /// The facts, asked of the server when they are not known. Whoever comes meanwhile waits for
    /// the same answer.
    pub(crate) async fn known(&self, client: &Client) -> Result<ModelFacts, Failure> {
        let mut known = self.known.lock().await;
        let is_stale = self.is_stale.swap(false, Ordering::Relaxed);
        if let Some(facts) = known.as_ref().filter(|_| !is_stale) {
            return Ok(facts.clone());
        }
        *known = None;
        let facts = self.fetch(client).await?;
        *known = Some(facts.clone());
        Ok(facts)
    }

    /// The facts, asked afresh. Nobody who needs what is known waits for it.
    pub(crate) async fn ask(&self, client: &Client) -> Result<ModelFacts, Failure> {
        let asked = self.fetch(client).await;
        *self.known.lock().await = asked.as_ref().ok().cloned();
        asked
    }

    /// Lets the next question ask the server again.
    pub(crate) fn forget(&self) {
        self.is_stale.store(true, Ordering::Relaxed);
    }

    /// Whether the server is `codesaga-proxy`, which knows what can wait.
    pub(crate) fn is_served_by_proxy(&self) -> bool {
        self.is_served_by_proxy.load(Ordering::Relaxed)
    }

    async fn fetch(&self, client: &Client) -> Result<ModelFacts, Failure> {
        let listed = client.models().await?;
        let is_proxy = listed.iter().any(|model| model.codesaga.is_some());
        self.is_served_by_proxy.store(is_proxy, Ordering::Relaxed);
        choose(self.wanted.as_deref(), &listed)
    }
}

fn choose(wanted: Option<&str>, listed: &[Listed]) -> Result<ModelFacts, Failure> {
    let found = match wanted {
        Some(name) => listed
            .iter()
            .find(|model| model.id == name)
            // Ollama lists the tag that it lets people leave out.
            .or_else(|| listed.iter().find(|model| model.id.strip_suffix(":latest") == Some(name))),
        None => {
            let is_default =
                |model: &&Listed| model.codesaga.as_ref().is_some_and(|details| details.default);
            listed.iter().find(is_default).or_else(|| listed.first())
        }
    };
    if let Some(model) = found {
        return Ok(facts(model));
    }
    let is_ours = listed.iter().any(|model| model.codesaga.is_some());
    match wanted {
        // Other servers take names that they do not list.
        Some(name) if !listed.is_empty() && !is_ours => Ok(unknown(name)),
        Some(name) => Err(Failure::new(
            FailureCode::UnknownModel,
            format!("The server has no model named {name:?}. It has: {}.", names(listed)),
        )),
        None => Err(Failure::new(FailureCode::UnknownModel, "The server has no model yet.")),
    }
}

fn facts(model: &Listed) -> ModelFacts {
    match &model.codesaga {
        None => unknown(&model.id),
        Some(details) => ModelFacts {
            name: model.id.clone(),
            template: TemplateFamily::from_name(&details.template),
            fim: fim(details),
            context_tokens: details.context_length,
        },
    }
}

/// A server that puts the tokens in itself knows its model best.
fn fim(details: &ModelDetails) -> Fim {
    let family = || details.fim_family.as_deref().and_then(FimFamily::from_name);
    if details.fim { Fim::Suffix } else { family().map_or(Fim::None, Fim::Tokens) }
}

fn unknown(name: &str) -> ModelFacts {
    ModelFacts {
        name: name.to_owned(),
        template: TemplateFamily::Unknown,
        fim: Fim::None,
        context_tokens: CONTEXT_TOKENS_UNKNOWN,
    }
}

fn names(listed: &[Listed]) -> String {
    if listed.is_empty() {
        return "none".to_owned();
    }
    let mut names: Vec<&str> =
        listed.iter().take(NAMES_SHOWN_MAX).map(|model| model.id.as_str()).collect();
    if listed.len() > NAMES_SHOWN_MAX {
        names.push("…");
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str, details: Option<(&str, bool)>) -> Listed {
        Listed {
            id: name.to_owned(),
            codesaga: details.map(|(template, default)| ModelDetails {
                template: template.to_owned(),
                context_length: 8192,
                default,
                ..ModelDetails::default()
            }),
            ..Listed::default()
        }
    }

    fn check(wanted: Option<&str>, models: &[Listed], expected: &str) {
        let chosen = match choose(wanted, models) {
            Ok(facts) => {
                format!("{} {} {}", facts.name, facts.template.name(), facts.context_tokens)
            }
            Err(failure) => format!("{}: {failure}", failure.code.name()),
        };
        assert_eq!(chosen, expected);
    }

    #[test]
    fn a_model_is_chosen() {
        let ours = [listed("a", Some(("chatml", false))), listed("b", Some(("llama3", true)))];
        let others = [listed("a", None), listed("b", None)];
        check(None, &ours, "b llama3 8192");
        check(Some("a"), &ours, "a chatml 8192");
        check(None, &others, "a unknown 4096");
        check(Some("c"), &others, "c unknown 4096");
        check(
            Some("c"),
            &ours,
            "unknown_model: The server has no model named \"c\". It has: a, b.",
        );
        check(Some("d"), &[listed("d:latest", Some(("chatml", true)))], "d:latest chatml 8192");
        check(None, &[], "unknown_model: The server has no model yet.");
        check(Some("c"), &[], "unknown_model: The server has no model named \"c\". It has: none.");
    }
}
