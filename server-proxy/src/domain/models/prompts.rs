//! Which prompts a model server was sent lately, as far as that tells what is in its KV cache.
//!
//! A cache is reused up to the first difference, so a prompt is cut into blocks and each block is
//! named by a hash over it and all before it: two prompts share as many leading names as they share
//! blocks. No text is kept.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;

use lru::LruCache;

use crate::domain::ports::{ModelCall, ModelInput};

/// Bytes of a block: about a hundred tokens.
const BLOCK_BYTES: usize = 512;
/// Blocks of one prompt that are looked at: 128 KiB of text.
const BLOCKS_MAX: usize = 256;
/// Blocks that are remembered of one server: 4 MiB of text, more than caches hold.
const REMEMBERED_BLOCKS_MAX: NonZeroUsize = NonZeroUsize::new(8192).expect("more than none");

/// The names of a prompt's leading blocks.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockChain(Vec<u64>);

impl BlockChain {
    /// Of what a call asks, in the order in which a model server evaluates it.
    pub(crate) fn of(call: &ModelCall) -> Self {
        let mut cutter = Cutter::new(&call.model);
        match &call.input {
            ModelInput::Raw(prompt) => cutter.push(prompt),
            ModelInput::Fim { prompt, suffix } => {
                cutter.push(prompt);
                cutter.push(suffix);
            }
            ModelInput::Chat(messages) => {
                for message in messages {
                    cutter.push(&message.role);
                    cutter.push(&message.content);
                }
            }
        }
        Self(cutter.names)
    }
}

/// The prompts that one server was sent lately.
#[derive(Debug)]
pub(crate) struct SentPrompts {
    names: LruCache<u64, ()>,
}

impl Default for SentPrompts {
    fn default() -> Self {
        Self { names: LruCache::new(REMEMBERED_BLOCKS_MAX) }
    }
}

impl SentPrompts {
    /// Leading blocks that were sent before.
    pub(crate) fn known(&self, chain: &BlockChain) -> usize {
        chain.0.iter().take_while(|name| self.names.contains(name)).count()
    }

    /// The prompt was sent.
    pub(crate) fn note(&mut self, chain: &BlockChain) {
        // The first block last: without it the others are worth nothing, so it is forgotten last.
        for name in chain.0.iter().rev() {
            self.names.put(*name, ());
        }
    }

    /// The server lost its memory.
    pub(crate) fn forget(&mut self) {
        self.names.clear();
    }
}

/// Cuts texts that follow one another.
struct Cutter {
    hasher: DefaultHasher,
    in_block: usize,
    names: Vec<u64>,
}

impl Cutter {
    fn new(model: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        model.hash(&mut hasher);
        Self { hasher, in_block: 0, names: Vec::new() }
    }

    fn push(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() && self.names.len() < BLOCKS_MAX {
            let (part, after) = rest.split_at(rest.len().min(BLOCK_BYTES - self.in_block));
            self.hasher.write(part);
            self.in_block += part.len();
            rest = after;
            if self.in_block == BLOCK_BYTES {
                self.in_block = 0;
                self.names.push(self.hasher.finish());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ports::Wishes;
    use saga_protocol::openai::ChatMessage;

    fn call(model: &str, input: ModelInput) -> ModelCall {
        ModelCall {
            model: model.to_owned(),
            input,
            max_tokens: 1,
            temperature: None,
            top_p: None,
            seed: None,
            stop: Vec::new(),
            wishes: Wishes::default(),
        }
    }

    fn raw(blocks: &str) -> BlockChain {
        let text = blocks.chars().map(|c| c.to_string().repeat(BLOCK_BYTES)).collect();
        BlockChain::of(&call("m", ModelInput::Raw(text)))
    }

    /// A letter for each block: how many blocks of the last are known after the others were sent.
    fn check(sent: &[&str], asked: &str, expected: usize) {
        let mut prompts = SentPrompts::default();
        for blocks in sent {
            prompts.note(&raw(blocks));
        }
        assert_eq!(prompts.known(&raw(asked)), expected, "{sent:?}, then {asked}");
    }

    #[test]
    fn only_the_common_beginning_is_known() {
        check(&[], "abc", 0);
        check(&["abc"], "abc", 3);
        check(&["abc"], "abxc", 2);
        check(&["abc"], "xbc", 0);
        check(&["abc", "abde"], "abdf", 3);
        check(&["bc"], "abc", 0);
    }

    #[test]
    fn a_block_that_is_not_full_and_what_lies_beyond_the_bound_do_not_count() {
        assert_eq!(BlockChain::of(&call("m", ModelInput::Raw("short".to_owned()))).0.len(), 0);
        assert_eq!(raw(&"a".repeat(BLOCKS_MAX + 9)).0.len(), BLOCKS_MAX);
    }

    #[test]
    fn another_model_knows_nothing_of_it() {
        let text = "a".repeat(BLOCK_BYTES);
        let mut prompts = SentPrompts::default();
        prompts.note(&BlockChain::of(&call("m", ModelInput::Raw(text.clone()))));
        assert_eq!(prompts.known(&BlockChain::of(&call("n", ModelInput::Raw(text)))), 0);
    }

    #[test]
    fn a_conversation_that_grows_stays_known() {
        let say = |role: &str, letter: &str| ChatMessage::new(role, letter.repeat(BLOCK_BYTES));
        let mut messages = vec![say("system", "s"), say("user", "a")];
        let mut prompts = SentPrompts::default();
        prompts.note(&BlockChain::of(&call("m", ModelInput::Chat(messages.clone()))));
        messages.extend([say("assistant", "b"), say("user", "c")]);
        assert_eq!(prompts.known(&BlockChain::of(&call("m", ModelInput::Chat(messages)))), 2);
    }

    #[test]
    fn what_was_sent_long_ago_is_forgotten_from_its_end() {
        let mut prompts = SentPrompts::default();
        prompts.note(&raw("abc"));
        for round in 0..REMEMBERED_BLOCKS_MAX.get() - 1 {
            prompts.names.put(round as u64, ());
        }
        assert_eq!(prompts.known(&raw("abc")), 1);
        assert_eq!(prompts.names.len(), REMEMBERED_BLOCKS_MAX.get());
    }
}
