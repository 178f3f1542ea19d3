//! What a person may want to look at again in a document: read by syntax when nobody types. Nothing
//! is asked of a server.

use std::collections::VecDeque;
use std::sync::Arc;

use crop::Rope;
use parking_lot::Mutex;
use saga_context::{Reading, Rule, Smell, SmellLimits, Snapshot};
use saga_domain::{Failure, FailureCode};

use crate::documents;
use crate::guard;
use crate::runner::{Runner, fault};
use crate::shared::Shared;

/// What is looked for in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HintsAsk {
    /// The document.
    pub uri: String,
    /// Names of rules; all of them when absent.
    pub rules: Option<Vec<String>>,
    /// From where on something is worth a word.
    pub limits: SmellLimits,
}

/// The hints of one version of a document.
#[derive(Clone, Debug)]
pub struct Hints {
    /// The version they are of.
    pub version: i64,
    /// The text their places are in.
    pub text: Rope,
    /// In file order.
    pub found: Vec<Smell>,
}

/// Documents of which it is kept what was read last: those in view, and a few more.
const READINGS_MAX: usize = 8;

/// What was read of documents, the last one first: the next version is read from where it differs.
#[derive(Default)]
pub(crate) struct Readings {
    kept: Mutex<VecDeque<(String, Arc<Reading>)>>,
}

impl Readings {
    pub(crate) fn forget(&self, uri: &str) {
        self.kept.lock().retain(|(kept, _)| kept != uri);
    }

    fn of(&self, uri: &str) -> Option<Arc<Reading>> {
        let kept = self.kept.lock();
        let reading = kept.iter().find(|(kept, _)| kept == uri);
        reading.map(|(_, reading)| Arc::clone(reading))
    }

    fn keep(&self, uri: &str, reading: Arc<Reading>) {
        let mut kept = self.kept.lock();
        kept.retain(|(kept, _)| kept != uri);
        kept.push_front((uri.to_owned(), reading));
        kept.truncate(READINGS_MAX);
    }
}

pub(crate) async fn hints(
    shared: Arc<Shared>,
    runner: Runner,
    ask: HintsAsk,
) -> Result<Hints, Failure> {
    let rules = rules(ask.rules.as_deref())?;
    let document = documents::snapshot(&shared, &ask.uri)?;
    let nothing = |document: &Snapshot| Hints {
        version: document.version(),
        text: document.rope().clone(),
        found: Vec::new(),
    };
    if guard::is_private(&shared, &document) {
        return Ok(nothing(&document));
    }
    let document = documents::parsed(&shared, &runner, document).await;
    let work = move || {
        let earlier = shared.readings.of(&ask.uri);
        let Some(reading) = Reading::of(&document, earlier.as_deref()) else {
            return nothing(&document);
        };
        let found = reading.smells(&rules, ask.limits);
        shared.readings.keep(&ask.uri, Arc::new(reading));
        Hints { found, ..nothing(&document) }
    };
    runner.beside(work).await.ok_or_else(fault)
}

fn rules(names: Option<&[String]>) -> Result<Vec<Rule>, Failure> {
    let Some(names) = names else { return Ok(Rule::ALL.to_vec()) };
    let read = |name: &String| {
        Rule::from_name(name).ok_or_else(|| {
            Failure::new(FailureCode::InvalidRequest, format!("There is no rule `{name}`."))
        })
    };
    names.iter().map(read).collect()
}
