//! Our own answers: a real engine, asked as an editor asks it.

use std::time::Duration;

use saga_client::Failure;
use saga_domain::{ByteOffset, ReplyEvent, Trigger};
use saga_engine::{CompleteAsk, Engine, EngineOptions, EngineStats, NewDocument, Timeouts};

use crate::sample::Case;

/// The engine parses a document beside its questions and says nothing when it is done. Nobody asks
/// for a completion in the moment a file is opened.
const READING_TIME: Duration = Duration::from_millis(100);

/// An engine.
pub(crate) struct Ours {
    engine: Engine,
    asked: usize,
}

impl Ours {
    /// Starts an engine for a server.
    pub(crate) fn start(
        server: &str,
        model: Option<&str>,
        timeouts: Timeouts,
    ) -> Result<Self, Failure> {
        let mut options = EngineOptions::new(server);
        options.model = model.map(str::to_owned);
        options.timeouts = timeouts;
        Ok(Self { engine: Engine::new(options)?, asked: 0 })
    }

    /// What is shown at the cursor in the end; empty when nothing is.
    pub(crate) async fn answer(&mut self, case: &Case<'_>) -> Result<String, Failure> {
        self.asked += 1;
        let path = &case.file.path;
        let uri = format!("file:///{}/{path}", self.asked);
        let text = format!("{}{}", case.prefix(), case.suffix());
        self.engine.open_document(NewDocument {
            uri: &uri,
            path: Some(path),
            language_id: case.file.language.id,
            version: 1,
            text: &text,
        })?;
        tokio::time::sleep(READING_TIME).await;
        let at = ByteOffset(case.hole.start);
        let reply = self.engine.complete(CompleteAsk::new(&uri, at, Trigger::Invoke))?;
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
        self.engine.close_document(&uri);
        Ok(shown)
    }

    /// What the engine counted.
    pub(crate) fn stats(&self) -> EngineStats {
        self.engine.stats()
    }
}
