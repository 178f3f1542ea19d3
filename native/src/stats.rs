//! The engine's counts, as TypeScript sees them.

use std::collections::{BTreeMap, HashMap};

use napi_derive::napi;

/// Counts since the engine was made.
#[napi(object, object_from_js = false)]
pub struct EngineStats {
    /// Questions sent to the model, those in the background not counted; a second try counts
    /// again.
    pub requests_sent: f64,
    /// Of these, let go before their end.
    pub requests_cancelled: f64,
    /// Of these, failed.
    pub requests_failed: f64,
    /// Completions served from the cache, with no request.
    pub cache_hits: f64,
    /// Completions the cache did not know.
    pub cache_misses: f64,
    /// Completions served by a request already on its way, because what was typed fits its answer.
    pub in_flight_reused: f64,
    /// Automatic completions that ended with nothing shown.
    pub suppressed: f64,
    /// Answers, or parts of answers, that were not shown, by why. The names are stable.
    pub dropped: HashMap<String, f64>,
    /// Completions asked a second time, with the plain prompt.
    pub second_tries: f64,
    /// Completions asked in the background, for the text as if a suggestion were accepted.
    pub speculated: f64,
    /// Completions served by one of these.
    pub speculation_hits: f64,
    /// Prompts that the server was given to read in the background.
    pub prefills: f64,
    /// Bytes of request bodies.
    pub bytes_sent: f64,
    /// Bytes of answers.
    pub bytes_received: f64,
    /// Documents kept in step.
    pub documents_open: u32,
    /// Milliseconds to the first piece of an answer, the median of the last ones; absent before
    /// the first.
    pub first_token_ms_median: Option<f64>,
    /// Tokens per second of the last answers, their median.
    pub tokens_per_second_median: Option<f64>,
    /// Microseconds from the last completion call that sent a request to the request being handed
    /// to the socket, without the pause.
    pub prepare_micros_last: Option<f64>,
    /// Microseconds that the last search for what other places say took, beside the keys.
    pub related_micros_last: Option<f64>,
    /// Whether files of the workspace are being read.
    pub indexing: bool,
    /// Files of the workspace that are in the index.
    pub indexed_files: f64,
    /// Bytes that the index takes.
    pub indexed_bytes: f64,
    /// Files that were looked at and left out, by why. The names are stable.
    pub left_out: HashMap<String, f64>,
    /// Suggestions shown.
    pub shown: f64,
    /// Suggestions accepted whole.
    pub accepted: f64,
    /// Suggestions of which a word or a line was accepted.
    pub partially_accepted: f64,
    /// Suggestions sent away.
    pub dismissed: f64,
    /// Accepted texts that still stood a while later.
    pub survived: f64,
    /// Accepted texts that had been changed by then.
    pub changed: f64,
    /// Edits shown.
    pub edits_shown: f64,
    /// Edits accepted whole.
    pub edits_accepted: f64,
    /// Edits of which some changes were accepted.
    pub edits_partially_accepted: f64,
    /// Edits sent away.
    pub edits_dismissed: f64,
}

pub(crate) fn stats(stats: saga_engine::EngineStats) -> EngineStats {
    let saga_engine::EngineStats { workspace, outcomes, edits, .. } = stats;
    EngineStats {
        requests_sent: stats.requests_sent as f64,
        requests_cancelled: stats.requests_cancelled as f64,
        requests_failed: stats.requests_failed as f64,
        cache_hits: stats.cache_hits as f64,
        cache_misses: stats.cache_misses as f64,
        in_flight_reused: stats.in_flight_reused as f64,
        suppressed: stats.suppressed as f64,
        dropped: by_name(stats.dropped),
        second_tries: stats.second_tries as f64,
        speculated: stats.speculated as f64,
        speculation_hits: stats.speculation_hits as f64,
        prefills: stats.prefills as f64,
        bytes_sent: stats.bytes_sent as f64,
        bytes_received: stats.bytes_received as f64,
        documents_open: stats.documents_open,
        first_token_ms_median: stats.first_token_ms_median.map(f64::from),
        tokens_per_second_median: stats.tokens_per_second_median,
        prepare_micros_last: stats.prepare_micros_last.map(|micros| micros as f64),
        related_micros_last: stats.related_micros_last.map(|micros| micros as f64),
        indexing: workspace.indexing,
        indexed_files: workspace.indexed_files as f64,
        indexed_bytes: workspace.indexed_bytes as f64,
        left_out: by_name(workspace.left_out),
        shown: outcomes.shown as f64,
        accepted: outcomes.accepted as f64,
        partially_accepted: outcomes.partially_accepted as f64,
        dismissed: outcomes.dismissed as f64,
        survived: outcomes.survived as f64,
        changed: outcomes.changed as f64,
        edits_shown: edits.shown as f64,
        edits_accepted: edits.accepted as f64,
        edits_partially_accepted: edits.partially_accepted as f64,
        edits_dismissed: edits.dismissed as f64,
    }
}

fn by_name(counts: BTreeMap<&'static str, u64>) -> HashMap<String, f64> {
    counts.into_iter().map(|(name, count)| (name.to_owned(), count as f64)).collect()
}
