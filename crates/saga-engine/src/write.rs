//! Texts that a model writes about code: a commit message from a diff.

use std::sync::Arc;

use saga_client::{Purpose, Task};
use saga_domain::{Failure, FailureCode, ReplyEvent, WarningCode};
use saga_prompt::{Budget, MessageAsk, commit_message, read_message};

use crate::ask::{Terms, ask};
use crate::edit::{Said, hear};
use crate::guard::without_secrets;
use crate::reply::{Giver, Reply};
use crate::request::Errand;
use crate::runner::Runner;
use crate::shared::Shared;
use crate::stats::Watch;

/// Bytes of a diff. More than a model reads, and redaction goes through all of it.
const TEXT_BYTES_MAX: usize = 4 << 20;
/// Bytes of a diff that are looked at; what stands behind would not fit into any prompt.
const TEXT_BYTES_READ: usize = 512 << 10;
/// Examples that are looked at.
const EXAMPLES_MAX: usize = 20;
/// Bytes of each.
const EXAMPLE_BYTES_MAX: usize = 1 << 10;
/// Bytes of what the user adds; the prompt takes fewer.
const INSTRUCTION_BYTES_MAX: usize = 4 << 10;

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteTask {
    /// A commit message for a diff.
    CommitMessage,
}

/// A text that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteAsk {
    /// Which.
    pub task: WriteTask,
    /// What it is about: the diff.
    pub text: String,
    /// Earlier texts whose manner is followed, the newest first.
    pub examples: Vec<String>,
    /// The language to write in, `ko` or `en`; that of the examples when absent.
    pub language: Option<String>,
    /// What the user adds, in any language.
    pub instruction: Option<String>,
}

pub(crate) fn write(
    shared: &Arc<Shared>,
    runner: &Runner,
    ask: WriteAsk,
) -> Result<Reply, Failure> {
    if ask.text.trim().is_empty() {
        return Err(Failure::new(FailureCode::InvalidRequest, "`text` is empty."));
    }
    if ask.text.len() > TEXT_BYTES_MAX {
        let message = format!("`text` is longer than {TEXT_BYTES_MAX} bytes.");
        return Err(Failure::new(FailureCode::TooLarge, message));
    }
    shared.background.give_way();
    let (giver, reply) = shared.reply();
    let (shared, runner_inside) = (Arc::clone(shared), runner.clone());
    runner.answer(giver, |giver| async move {
        // Looking for secrets in a large diff takes a while.
        let ready = runner_inside.beside(move || harmless(ask)).await;
        let Some(ask) = ready else { return Err(crate::runner::fault()) };
        let outcome = message(&shared, &ask, &giver).await;
        if outcome.as_ref().is_err_and(|failure| failure.code != FailureCode::ContextOverflow) {
            shared.model.forget();
        }
        outcome
    });
    Ok(reply)
}

/// Bounded, and without secrets.
fn harmless(ask: WriteAsk) -> WriteAsk {
    let head = |text: &str, bytes_max: usize| {
        let mut end = bytes_max.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        without_secrets(text[..end].replace("\r\n", "\n"))
    };
    let examples = ask.examples.iter().take(EXAMPLES_MAX);
    WriteAsk {
        text: head(&ask.text, TEXT_BYTES_READ),
        examples: examples.map(|example| head(example, EXAMPLE_BYTES_MAX)).collect(),
        instruction: ask.instruction.as_deref().map(|text| head(text, INSTRUCTION_BYTES_MAX)),
        ..ask
    }
}

async fn message(shared: &Shared, ask_for: &WriteAsk, giver: &Giver) -> Result<(), Failure> {
    let facts = shared.edit_facts().await?;
    let prompt = commit_message(&MessageAsk {
        facts: &facts,
        diff: &ask_for.text,
        examples: &ask_for.examples,
        language: ask_for.language.as_deref(),
        instruction: ask_for.instruction.as_deref(),
        budget: Budget::for_edit(&facts),
    })
    .map_err(|overflow| Failure::new(FailureCode::ContextOverflow, overflow.to_string()))?;
    if prompt.shortened {
        let message = "The model saw only parts of the diff.".to_owned();
        giver.give(ReplyEvent::Warning { code: WarningCode::Shortened, message });
    }
    let terms = Terms {
        stop: prompt.stop,
        max_tokens: prompt.max_tokens,
        temperature: 0.0,
        purpose: Purpose { task: Some(Task::Edit), ..Purpose::default() },
    };
    let mut watch = Watch::start(&shared.stats, Errand::Other);
    let sent = ask(&shared.client, &facts.name, prompt.prompt, terms).await;
    let answer = sent.inspect_err(|failure| watch.failed(failure))?;
    let mut said = Said::default();
    let heard =
        hear(answer, &mut watch, |so_far| said.say(giver, read_message(so_far, false))).await?;
    said.say(giver, read_message(&heard.said, true));
    if said.is_nothing() {
        return Err(Failure::new(FailureCode::NoCode, "The model wrote no message."));
    }
    heard.end_words(giver);
    Ok(())
}
