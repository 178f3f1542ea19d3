//! A prompt as a request, by the way it is sent.

use saga_client::{Answer, Client, Purpose};
use saga_domain::{Failure, Message, Prompt};
use saga_protocol::openai::{
    ChatCompletionRequest, ChatMessage, CompletionRequest, Sampling, Stop, StreamOptions,
};

/// What goes with a prompt.
pub(crate) struct Terms<'a> {
    pub(crate) stop: Vec<String>,
    pub(crate) max_tokens: u32,
    /// 0 is the likeliest text, and the same again for the same question.
    pub(crate) temperature: f32,
    pub(crate) purpose: Purpose<'a>,
}

/// Sends `prompt` to `model` and begins to read the answer.
pub(crate) async fn ask(
    client: &Client,
    model: &str,
    prompt: Prompt,
    terms: Terms<'_>,
) -> Result<Answer, Failure> {
    let sampling = Sampling {
        max_tokens: Some(terms.max_tokens),
        temperature: Some(terms.temperature),
        stop: stop(terms.stop),
        ..Sampling::default()
    };
    let purpose = terms.purpose;
    let stream_options = Some(StreamOptions { include_usage: true });
    let raw = |prompt, suffix, sampling| CompletionRequest {
        model: Some(model.to_owned()),
        prompt,
        suffix,
        sampling,
        stream: true,
        stream_options,
        ..CompletionRequest::default()
    };
    match prompt {
        Prompt::Raw(text) => client.completions(raw(text, None, sampling), purpose).await,
        Prompt::Fim { prefix, suffix } => {
            client.completions(raw(prefix, Some(suffix), sampling), purpose).await
        }
        Prompt::Chat(messages) => {
            let request = ChatCompletionRequest {
                model: Some(model.to_owned()),
                messages: messages.into_iter().map(message).collect(),
                sampling,
                stream: true,
                stream_options,
                ..ChatCompletionRequest::default()
            };
            client.chat_completions(request, purpose).await
        }
    }
}

fn message(message: Message) -> ChatMessage {
    ChatMessage::new(message.role.name(), message.content)
}

fn stop(texts: Vec<String>) -> Stop {
    if texts.is_empty() { Stop::None } else { Stop::Many(texts) }
}
