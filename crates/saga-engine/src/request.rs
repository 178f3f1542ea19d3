//! A question to the model about what comes next at a cursor: the prompt, and its answer shaped as
//! it comes. Who wants the answer, and for how long, is decided elsewhere.

use std::time::Duration;

use saga_client::{Finish, Piece, Purpose, RequestClass, Task};
use saga_context::MergedSyntax;
use saga_domain::{Failure, ModelFacts, Trigger, Usage, hangul};
use saga_prompt::{
    Anchor, CompletionAsk, CompletionPrompt, ShapeAsk, Shaped, Shaper, StopReason, Syntax,
    completion, completion_plain, estimate_tokens,
};

use crate::ask::{Terms, ask};
use crate::guard;
use crate::place::Cursor;
use crate::scene::Scene;
use crate::shared::Shared;
use crate::stats::Watch;

/// Bytes around the cursor that an answer is compared with.
const COMPARED_BYTES: usize = 4096;

/// A completion that has not begun to come by then stands where the typist has long looked on. It
/// bounds the wait in a server's queue, not the model's own time.
const TYPED_WORTH: Duration = Duration::from_secs(3);

/// What a model is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Somebody waits for the answer.
    Asked(Trigger),
    /// Nobody has asked yet.
    Ahead,
    /// The prompt is to be read; the answer is of no use.
    Prefill,
    /// An edit or a conversation.
    Other,
}

impl Errand {
    /// Whether somebody waits for the answer.
    pub(crate) fn is_waited_for(self) -> bool {
        matches!(self, Self::Asked(_) | Self::Other)
    }

    pub(crate) fn class(self) -> RequestClass {
        match self {
            Self::Asked(Trigger::Automatic) => RequestClass::Automatic,
            Self::Asked(Trigger::Invoke) | Self::Other => RequestClass::Invoke,
            Self::Ahead | Self::Prefill => RequestClass::Background,
        }
    }

    /// How long its answer is worth waiting for; `None` where the person decides, or the server.
    fn worth(self) -> Option<Duration> {
        matches!(self, Self::Asked(Trigger::Automatic)).then_some(TYPED_WORTH)
    }
}

/// A way to write a prompt.
pub(crate) type Writer = fn(&CompletionAsk<'_>, &mut Anchor) -> CompletionPrompt;

/// A question about a cursor.
pub(crate) struct Request<'a> {
    shared: &'a Shared,
    cursor: &'a Cursor,
    scene: Scene,
    errand: Errand,
}

impl<'a> Request<'a> {
    /// Looks around the cursor. Nothing is sent.
    pub(crate) fn new(
        shared: &'a Shared,
        cursor: &'a Cursor,
        facts: ModelFacts,
        errand: Errand,
    ) -> Self {
        Self { shared, cursor, scene: Scene::of(shared, facts, cursor), errand }
    }

    /// The prompt that is sent first.
    pub(crate) fn first_prompt(&self) -> CompletionPrompt {
        self.write(completion)
    }

    /// Sends `prompt`, and the plain one when the answer does not go on from where the first one
    /// was cut. `show` sees the answer grow.
    pub(crate) async fn answer(
        &self,
        prompt: CompletionPrompt,
        show: impl Fn(&Shaped),
    ) -> Result<(Shaped, Usage), Failure> {
        if let Some(answered) = self.send(prompt, &show).await? {
            return Ok(answered);
        }
        let nothing = Shaped {
            text: String::new(),
            replace_back_bytes: 0,
            stop: Some(StopReason::NotContinued),
            drop: None,
        };
        // A single letter is the beginning of a syllable that no model has seen unfinished.
        if self.cursor.syllable().starts_with(hangul::is_letter) {
            return Ok((nothing, Usage::default()));
        }
        if self.errand.is_waited_for() {
            self.shared.stats.second_try();
        }
        let answered = self.send(self.write(completion_plain), &show).await?;
        Ok(answered.unwrap_or((nothing, Usage::default())))
    }

    /// Has the server read `prompt` and say as little as it can.
    pub(crate) async fn read(&self, prompt: CompletionPrompt) -> Result<(), Failure> {
        let mut watch = Watch::start(&self.shared.stats, self.errand);
        let CompletionPrompt { prompt, stop, .. } = prompt;
        self.shared.background.note_read(prompt.clone());
        let id = self.shared.document_id(self.cursor.document.uri());
        let terms = Terms { stop, max_tokens: 1, temperature: 0.0, purpose: self.purpose(&id) };
        let mut answer = ask(&self.shared.client, &self.scene.facts.name, prompt, terms).await?;
        while answer.next().await.transpose()?.is_some() {}
        watch.complete(0);
        Ok(())
    }

    fn write(&self, write: Writer) -> CompletionPrompt {
        let uri = self.cursor.document.uri();
        let ask = self.scene.completion_ask();
        let mut anchors = self.shared.anchors.lock();
        if self.errand == Errand::Ahead {
            // Nobody is there yet: what stays put is not moved.
            let mut aside = anchors.get(uri).cloned().unwrap_or_default();
            drop(anchors);
            return write(&ask, &mut aside);
        }
        write(&ask, anchors.entry(uri.to_owned()).or_default())
    }

    /// Sends a prompt and shapes the answer; `None` when it does not begin with what was taken
    /// back. Returning before the answer's end closes its stream, which frees the model.
    async fn send(
        &self,
        prompt: CompletionPrompt,
        show: &impl Fn(&Shaped),
    ) -> Result<Option<(Shaped, Usage)>, Failure> {
        let CompletionPrompt { prompt, taken_back, begun, form, stop, max_tokens, .. } = prompt;
        if self.shared.is_refused(&prompt, &taken_back) {
            return Ok(None);
        }
        let id = self.shared.document_id(self.cursor.document.uri());
        let terms = Terms { stop, max_tokens, temperature: 0.0, purpose: self.purpose(&id) };
        let mut watch = Watch::start(&self.shared.stats, self.errand);
        let sent = prompt.clone();
        let asked = ask(&self.shared.client, &self.scene.facts.name, prompt, terms);
        let mut answer = asked.await.inspect_err(|failure| watch.failed(failure))?;
        self.shared.background.note_read(sent.clone());
        let mut shaper = self.shaper(&taken_back, form);
        // A part of what is shown, though the prompt holds it.
        shaper.push(&begun);
        let mut usage = Usage::default();
        let mut received_tokens = 0;
        let shaped = loop {
            let piece = answer.next().await.transpose();
            match piece.inspect_err(|failure| watch.failed(failure))? {
                Some(Piece::Text(piece)) => {
                    watch.text();
                    received_tokens += estimate_tokens(&piece);
                    let shaped = guard::without_placeholder(shaper.push(&piece));
                    if shaped.stop == Some(StopReason::NotContinued) {
                        watch.complete(received_tokens);
                        self.shared.note_refused(sent, taken_back);
                        return Ok(None);
                    }
                    if shaped.stop.is_some() {
                        break shaped;
                    }
                    show(&shaped);
                }
                Some(Piece::Done { finish, prompt_tokens, completion_tokens }) => {
                    self.shared.learn(&self.scene.facts.name, &sent, prompt_tokens);
                    usage.prompt_tokens = prompt_tokens;
                    usage.completion_tokens = completion_tokens;
                    received_tokens = received_tokens.max(completion_tokens);
                    let shaped = match finish {
                        Finish::Length => shaper.finish_at_limit(),
                        Finish::Stop => shaper.finish(),
                    };
                    // Ended by a stop text before it could begin: the same as not beginning so.
                    let is_silent = finish == Finish::Stop && shaped.text.is_empty();
                    let says_nothing = is_silent && received_tokens == 0;
                    let is_continued = shaped.stop != Some(StopReason::NotContinued);
                    if !is_continued || (says_nothing && !taken_back.is_empty()) {
                        watch.complete(received_tokens);
                        self.shared.note_refused(sent, taken_back);
                        return Ok(None);
                    }
                    break shaped;
                }
                None => break shaper.finish(),
            }
        };
        if guard::shows_placeholder(&shaped) {
            self.shared.stats.dropped("placeholder");
        }
        let shaped = guard::without_placeholder(shaped);
        watch.complete(received_tokens);
        usage.first_token_ms = watch.first_token_ms();
        usage.total_ms = watch.total_ms();
        Ok(Some((shaped, usage)))
    }

    fn purpose<'b>(&self, id: &'b str) -> Purpose<'b> {
        let (class, worth) = (self.errand.class(), self.errand.worth());
        Purpose { class, document: Some(id), task: Some(Task::Completion), worth }
    }

    fn syntax(&self) -> Option<Box<dyn Syntax>> {
        let Cursor { document, at, .. } = self.cursor;
        let is_quick = document.rope().byte_len() <= MERGED_BYTES_MAX;
        is_quick.then(|| Box::new(Merged(MergedSyntax::new(document, *at))) as Box<dyn Syntax>)
    }

    fn shaper(&self, taken_back: &str, form: saga_prompt::AnswerForm) -> Shaper {
        let Scene { context, place, .. } = &self.scene;
        Shaper::new(ShapeAsk {
            prefix: tail(&context.prefix),
            suffix: head(&context.suffix),
            taken_back,
            form,
            one_line: place.one_line(),
            language: &context.language,
            in_prose: place.in_prose || place.in_comment,
            syntax: self.syntax(),
        })
    }
}

/// A larger document takes longer to parse with an answer in it than the answer takes to come.
const MERGED_BYTES_MAX: usize = 128 << 10;

/// The parser of `saga-context` as the shaper of `saga-prompt` wants it.
struct Merged(MergedSyntax);

impl Syntax for Merged {
    fn scope_end(&mut self, answer: &str) -> Option<usize> {
        self.0.scope_end(answer)
    }

    fn breaks(&mut self, answer: &str) -> bool {
        self.0.breaks(answer)
    }
}

fn tail(text: &str) -> &str {
    let mut start = text.len().saturating_sub(COMPARED_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

fn head(text: &str) -> &str {
    let mut end = text.len().min(COMPARED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
