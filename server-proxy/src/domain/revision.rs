//! What becomes of a conversation when people go back in it: names, forks and deleted turns.
//!
//! A conversation itself only grows. Who wants to go on from an earlier turn gets another one that
//! begins with the same turns; who deletes a turn takes it out of every text that was made of it.

use saga_protocol::chat::{Digest, ForkOf, TITLE_CHARS_MAX, Turn};

use crate::domain::conversation;
use crate::domain::ports::VersionedSession;

/// The beginning of a new conversation, taken over from another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// Where it comes from.
    pub of: ForkOf,
    /// The name that the other one was given.
    pub name: Option<String>,
    /// Its first turns.
    pub log: Vec<Turn>,
    /// What stands for the oldest of them, and for older ones that are no longer kept.
    pub digest: Option<Digest>,
}

/// A turn that is to be forgotten, with what must change because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The request that made it.
    pub request_id: String,
    /// What the conversation is called from now on where nobody gave it a name, when the turn was
    /// its first one; empty when no turn is left.
    pub title: Option<String>,
    /// The epoch up to which it is known what its digest stands for; a later digest is dropped.
    pub epoch: u64,
    /// Whether its digest says nothing of the turn.
    pub keeps_digest: bool,
}

/// A name as it is kept: on one line. `None` takes a name away; refused when it is too long.
///
/// # Errors
/// The number of characters that it may have.
pub fn name(given: &str) -> Result<Option<String>, usize> {
    let words = given.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let name = words.join(" ");
    if name.chars().count() > TITLE_CHARS_MAX {
        return Err(TITLE_CHARS_MAX);
    }
    Ok((!name.is_empty()).then_some(name))
}

/// The conversation's turns up to that of the request `after`, or none of them; `None` when it has
/// no such turn.
#[must_use]
pub fn fork(known: &VersionedSession, after: Option<&str>) -> Option<Fork> {
    let log = &known.session.log;
    let taken = match after {
        None => 0,
        Some(after) => position(log, after)? + 1,
    };
    // What it says of turns that are not taken over is not the new conversation's.
    let says_no_more = |digest: &&Digest| match position(log, &digest.until) {
        Some(last) => last < taken,
        None => taken > 0,
    };
    Some(Fork {
        of: ForkOf { session: known.session.summary.id.clone(), after: after.map(str::to_owned) },
        name: known.name.clone(),
        log: log[..taken].to_vec(),
        digest: known.session.digest.as_ref().filter(says_no_more).cloned(),
    })
}

/// What forgetting a turn takes; `None` when there is no such turn.
#[must_use]
pub fn cut(known: &VersionedSession, request_id: &str) -> Option<Cut> {
    let log = &known.session.log;
    let at = position(log, request_id)?;
    let next = log.get(1).map(|turn| conversation::title(&turn.user)).unwrap_or_default();
    let title = (at == 0).then_some(next);
    let digest = known.session.digest.as_ref();
    let last_digested = digest.and_then(|digest| position(log, &digest.until));
    Some(Cut {
        request_id: request_id.to_owned(),
        title,
        epoch: known.epoch,
        keeps_digest: last_digested.is_none_or(|last| last < at),
    })
}

fn position(log: &[Turn], request_id: &str) -> Option<usize> {
    log.iter().position(|turn| turn.request_id == request_id)
}

#[cfg(test)]
mod tests {
    use saga_protocol::chat::{Session, SessionSummary};

    use super::*;

    /// A conversation of these turns, digested until one of them.
    fn known(requests: &[&str], until: &str) -> VersionedSession {
        let turn = |id: &&str| Turn {
            request_id: (*id).to_owned(),
            user: format!("question {id}"),
            ..Turn::default()
        };
        let digest = Digest { epoch: 4, until: until.to_owned(), text: "in short".to_owned() };
        let summary = SessionSummary { id: "s".to_owned(), ..SessionSummary::default() };
        let log = requests.iter().map(turn).collect();
        let session = Session { summary, log, digest: Some(digest) };
        VersionedSession { version: 7, epoch: 4, name: Some("Stacks".to_owned()), session }
    }

    #[test]
    fn a_fork_takes_the_turns_over_and_a_digest_that_says_no_more_than_they() {
        let check = |until: &str, after: Option<&str>, expected: Option<(usize, bool)>| {
            let forked = fork(&known(&["a", "b", "c"], until), after);
            let seen = forked.map(|fork| (fork.log.len(), fork.digest.is_some()));
            assert_eq!(seen, expected, "{until} {after:?}");
        };
        check("b", Some("b"), Some((2, true)));
        check("b", Some("a"), Some((1, false)));
        check("b", None, Some((0, false)));
        check("gone", Some("a"), Some((1, true)));
        check("gone", None, Some((0, false)));
        check("b", Some("other"), None);
    }

    #[test]
    fn a_deleted_turn_is_in_no_text_that_was_made_of_it() {
        let check = |until: &str, cut_out: &str, expected: Option<(Option<&str>, bool)>| {
            let seen = cut(&known(&["a", "b", "c"], until), cut_out);
            let seen = seen.as_ref().map(|cut| (cut.title.as_deref(), cut.keeps_digest));
            assert_eq!(seen, expected, "{until} {cut_out}");
        };
        check("b", "a", Some((Some("question b"), false)));
        check("b", "b", Some((None, false)));
        check("b", "c", Some((None, true)));
        check("gone", "a", Some((Some("question b"), true)));
        check("b", "other", None);
        let last = cut(&known(&["a"], "a"), "a").expect("it is there");
        assert_eq!(last.title.as_deref(), Some(""));
    }

    #[test]
    fn a_name_stands_on_one_line_and_has_an_end() {
        assert_eq!(name(" 스택\n과 \u{0} 큐 "), Ok(Some("스택 과 큐".to_owned())));
        assert_eq!(name(" \r\n"), Ok(None));
        assert_eq!(name(&"가".repeat(120)), Ok(Some("가".repeat(120))));
        assert_eq!(name(&"가".repeat(121)), Err(120));
    }
}
