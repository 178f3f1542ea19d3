//! What is known around a cursor when a prompt is written.

use saga_context::{ContextLimits, CursorPlace, Snapshot, context_at, cursor_place, redact};
use saga_domain::{Context, ModelFacts};
use saga_prompt::{Budget, CompletionAsk};

use crate::place::{Cursor, unix_lines};
use crate::related;
use crate::shared::Shared;

/// More text than this around a cursor does not get into a prompt, and every key reads all of it.
const AROUND: ContextLimits =
    ContextLimits { prefix_bytes_max: 24 << 10, suffix_bytes_max: 6 << 10, ..ContextLimits::USUAL };

/// What is known around a cursor.
pub(crate) struct Scene {
    pub(crate) facts: ModelFacts,
    pub(crate) context: Context,
    pub(crate) place: CursorPlace,
    budget: Budget,
}

impl Scene {
    pub(crate) fn of(shared: &Shared, facts: ModelFacts, cursor: &Cursor) -> Self {
        let Cursor { document, at, above, .. } = cursor;
        let mut context = context_at(document, *at, &AROUND);
        put_above(&mut context, above);
        redact(&mut context);
        // Without secrets already.
        context.snippets = related::known(shared, document, *at);
        let budget = Budget::for_completion(&facts, shared.stats.speed())
            .calibrated(shared.calibration(&facts.name));
        Self { facts, context, place: cursor_place(document, *at), budget }
    }

    pub(crate) fn completion_ask(&self) -> CompletionAsk<'_> {
        CompletionAsk {
            facts: &self.facts,
            context: &self.context,
            one_line: self.place.one_line(),
            budget: self.budget,
        }
    }
}

/// Puts the cells above a notebook's cell before its text, those of its language only.
fn put_above(context: &mut Context, above: &[Snapshot]) {
    let mut left = AROUND.prefix_bytes_max.saturating_sub(context.prefix.len());
    let mut cells: Vec<String> = Vec::new();
    for cell in above.iter().rev().filter(|cell| cell.language_id() == context.language) {
        let bytes = cell.rope().byte_len();
        if bytes > left {
            break;
        }
        left -= bytes;
        let text = unix_lines(cell.rope().to_string());
        cells.push(format!("{}\n\n", text.trim_end_matches('\n')));
    }
    if !cells.is_empty() {
        let before: String = cells.into_iter().rev().collect();
        context.prefix.insert_str(0, &before);
    }
}
