//! Our own answers: a real engine, asked as an editor asks it.
//!
//! Each question has an engine of its own. One that had seen the file with another hole in it, open
//! or among the places that were looked at lately, would know what is missing in this one.

use std::collections::BTreeMap;
use std::time::Duration;

use saga_client::Failure;
use saga_domain::{ByteOffset, ReplyEvent, Trigger};
use saga_engine::{CompleteAsk, Engine, EngineOptions, NewDocument, Timeouts};

use crate::sample::Case;

/// The engine parses a document beside its questions and says nothing when it is done. Nobody asks
/// for a completion in the moment a file is opened.
const READING_TIME: Duration = Duration::from_millis(100);

/// Whom the engines ask.
pub(crate) struct Ours {
    options: EngineOptions,
    /// What all engines counted.
    pub(crate) counts: Counts,
}

/// What answers cost, and what became of them.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) sent: u64,
    pub(crate) second_tries: u64,
    pub(crate) ahead: u64,
    pub(crate) suppressed: u64,
    pub(crate) dropped: BTreeMap<&'static str, u64>,
}

impl Ours {
    /// Asks the model of a server; its default when none is named.
    pub(crate) fn of(server: &str, model: Option<&str>, timeouts: Timeouts) -> Self {
        let mut options = EngineOptions::new(server);
        options.model = model.map(str::to_owned);
        options.timeouts = timeouts;
        Self { options, counts: Counts::default() }
    }

    /// What is shown at the cursor in the end; empty when nothing is.
    pub(crate) async fn answer(&mut self, case: &Case<'_>) -> Result<String, Failure> {
        let engine = Engine::new(self.options.clone())?;
        let path = &case.file.path;
        let uri = format!("file:///{path}");
        let text = format!("{}{}", case.prefix(), case.suffix());
        engine.open_document(NewDocument {
            uri: &uri,
            path: Some(path),
            language_id: case.file.language.id,
            version: 1,
            text: &text,
        })?;
        tokio::time::sleep(READING_TIME).await;
        let at = ByteOffset(case.hole.start);
        let reply = engine.complete(CompleteAsk::new(&uri, at, Trigger::Invoke))?;
        let mut shown = String::new();
        while let Some(event) = reply.next().await {
            match event {
                ReplyEvent::Completion { span, text, .. } => {
                    // A syllable under composition may be replaced by the whole one.
                    let replaced = &case.prefix()[span.start.0..];
                    shown = text.strip_prefix(replaced).unwrap_or(&text).to_owned();
                }
                ReplyEvent::Failed(failure) => return Err(failure),
                _ => {}
            }
        }
        self.counts.add(&engine);
        Ok(shown)
    }
}

impl Counts {
    fn add(&mut self, engine: &Engine) {
        let stats = engine.stats();
        self.sent += stats.requests_sent;
        self.second_tries += stats.second_tries;
        self.ahead += stats.speculated;
        self.suppressed += stats.suppressed;
        for (reason, count) in stats.dropped {
            *self.dropped.entry(reason).or_default() += count;
        }
    }
}
