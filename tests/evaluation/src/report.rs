//! The result: what each strategy reached, in all, for each kind of hole and each language.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::hole::Kind;
use crate::sample::Case;
use crate::score::{Garbage, Score};

/// A case with what the strategies answered.
pub(crate) struct Asked<'a> {
    pub(crate) case: Case<'a>,
    pub(crate) answers: Vec<Judged>,
}

/// An answer with its score.
pub(crate) struct Judged {
    pub(crate) strategy: &'static str,
    pub(crate) answer: String,
    pub(crate) score: Score,
}

/// Counts over some answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    cases: u32,
    exact: u32,
    similarity: f64,
    shown: u32,
    valid: u32,
    control_tokens: u32,
    fences: u32,
    prose: u32,
}

impl Counts {
    fn add(&mut self, score: &Score) {
        self.cases += 1;
        self.exact += u32::from(score.exact);
        self.similarity += score.similarity;
        self.shown += u32::from(score.valid.is_some());
        self.valid += u32::from(score.valid == Some(true));
        match score.garbage {
            Some(Garbage::ControlToken) => self.control_tokens += 1,
            Some(Garbage::Fence) => self.fences += 1,
            Some(Garbage::Prose) => self.prose += 1,
            None => {}
        }
    }

    fn row(&self, strategy: &str, of: Option<(&str, &str)>) -> Value {
        let cases = f64::from(self.cases.max(1));
        let shown = f64::from(self.shown.max(1));
        let mut row = json!({
            "strategy": strategy,
            "cases": self.cases,
            "exact": self.exact,
            "exact_percent": percent(f64::from(self.exact) / cases),
            "edit_similarity": (self.similarity / cases * 1000.0).round() / 1000.0,
            "valid_percent": percent(f64::from(self.valid) / shown),
            "suppressed_percent": percent(f64::from(self.cases - self.shown) / cases),
            "control_tokens": self.control_tokens,
            "fences": self.fences,
            "prose": self.prose,
        });
        if let Some((name, value)) = of {
            row[name] = json!(value);
        }
        row
    }
}

fn percent(share: f64) -> f64 {
    (share * 1000.0).round() / 10.0
}

/// Rows for tables, and every case with its answers.
pub(crate) fn report(asked: &[Asked<'_>], strategies: &[&'static str]) -> Value {
    let mut overall: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut kinds: BTreeMap<(&str, Kind), Counts> = BTreeMap::new();
    let mut languages: BTreeMap<(&str, &str), Counts> = BTreeMap::new();
    for Asked { case, answers } in asked {
        for Judged { strategy, score, .. } in answers {
            overall.entry(strategy).or_default().add(score);
            kinds.entry((strategy, case.hole.kind)).or_default().add(score);
            languages.entry((strategy, case.file.language.id)).or_default().add(score);
        }
    }
    let row_of =
        |counts: Option<&Counts>, strategy, of| counts.map(|counts| counts.row(strategy, of));
    let in_all = strategies.iter().filter_map(|name| row_of(overall.get(name), name, None));
    let by_kind = Kind::ALL.iter().flat_map(|kind| {
        let kinds = &kinds;
        strategies.iter().filter_map(move |name| {
            row_of(kinds.get(&(*name, *kind)), name, Some(("kind", kind.name())))
        })
    });
    let by_language = crate::language::LANGUAGES.iter().flat_map(|language| {
        let languages = &languages;
        strategies.iter().filter_map(move |name| {
            row_of(languages.get(&(*name, language.id)), name, Some(("language", language.id)))
        })
    });
    json!({
        "overall": in_all.collect::<Vec<_>>(),
        "kinds": by_kind.collect::<Vec<_>>(),
        "languages": by_language.collect::<Vec<_>>(),
        "cases": asked.iter().map(case_row).collect::<Vec<_>>(),
    })
}

fn case_row(asked: &Asked<'_>) -> Value {
    let Asked { case, answers } = asked;
    json!({
        "source": case.file.source,
        "path": case.file.path,
        "language": case.file.language.id,
        "kind": case.hole.kind.name(),
        "start": case.hole.start,
        "end": case.hole.end,
        "missing": case.missing(),
        "answers": answers.iter().map(answer_row).collect::<Vec<_>>(),
    })
}

fn answer_row(judged: &Judged) -> Value {
    let Judged { strategy, answer, score } = judged;
    json!({
        "strategy": strategy,
        "answer": answer,
        "exact": score.exact,
        "edit_similarity": score.similarity,
        "valid": score.valid,
        "garbage": score.garbage.map(Garbage::name),
    })
}
