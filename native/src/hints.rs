//! Hints, as TypeScript sees them.

use napi_derive::napi;
use saga_domain::{Failure, FailureCode};
use saga_engine::{HintsAsk, SmellLimits};

use crate::convert::{self, whole};

/// Asks what a person may want to look at again in a document.
#[napi(object, object_to_js = false)]
pub struct HintsRequest {
    /// The document.
    pub uri: String,
    /// Names of rules: `long_function`, `deep_nesting`, `duplicate_branch`, `many_parameters`,
    /// `magic_number`, `unused_import`, `todo_body`, `missing_docs`, `file_style`. All when absent.
    pub rules: Option<Vec<String>>,
    /// Limits other than the usual ones.
    pub limits: Option<HintLimits>,
}

/// From where on something is worth a hint.
#[napi(object, object_to_js = false)]
pub struct HintLimits {
    /// Lines of code of a function; 60 when absent.
    pub function_lines: Option<f64>,
    /// Blocks inside one another; 4 when absent.
    pub nesting: Option<f64>,
    /// Parameters of a function; 5 when absent.
    pub parameters: Option<f64>,
}

/// The hints of one version of a document.
#[napi(object, object_from_js = false)]
pub struct Hints {
    /// The version they are of.
    pub version: f64,
    /// In file order.
    pub hints: Vec<Hint>,
}

/// One hint.
#[napi(object, object_from_js = false)]
pub struct Hint {
    /// The rule's stable name.
    pub rule: String,
    /// Where it is shown: first UTF-16 unit.
    pub start_offset: u32,
    /// One past the last one.
    pub end_offset: u32,
    /// What would be changed: first UTF-16 unit.
    pub code_start_offset: u32,
    /// One past the last one.
    pub code_end_offset: u32,
    /// The function, name or number it is about.
    pub name: Option<String>,
    /// How much there is of what has a limit; the line of the first branch, counted from 1, for
    /// `duplicate_branch`; how often the number stands there for `magic_number`.
    pub value: Option<u32>,
    /// The limit.
    pub limit: Option<u32>,
    /// What the rest of the file does, for `file_style`: `snake_case`, `camelCase`,
    /// `single_quotes`, `double_quotes`, `tabs`, `spaces`, `errors_handled` or `errors_passed_on`.
    pub style: Option<String>,
    /// The larger, the more it weighs.
    pub rank: u32,
}

pub(crate) fn ask(request: HintsRequest) -> Result<HintsAsk, Failure> {
    let mut limits = SmellLimits::USUAL;
    if let Some(given) = request.limits {
        set(&mut limits.function_lines_max, "functionLines", given.function_lines)?;
        set(&mut limits.nesting_max, "nesting", given.nesting)?;
        set(&mut limits.parameters_max, "parameters", given.parameters)?;
    }
    Ok(HintsAsk { uri: request.uri, rules: request.rules, limits })
}

pub(crate) fn hints(hints: saga_engine::Hints) -> Hints {
    let text = hints.text;
    let offset = |byte| convert::offset(&text, byte);
    let hint = |found: saga_engine::Smell| Hint {
        rule: found.rule.name().to_owned(),
        start_offset: offset(found.shown.start),
        end_offset: offset(found.shown.end),
        code_start_offset: offset(found.code.start),
        code_end_offset: offset(found.code.end),
        name: found.name,
        value: found.value,
        limit: found.limit,
        style: found.style.map(str::to_owned),
        rank: found.rank,
    };
    Hints { version: hints.version as f64, hints: hints.found.into_iter().map(hint).collect() }
}

fn set(limit: &mut u32, name: &str, given: Option<f64>) -> Result<(), Failure> {
    let Some(given) = given else { return Ok(()) };
    let number = whole(given).and_then(|number| u32::try_from(number).ok());
    *limit = number.filter(|number| *number > 0).ok_or_else(|| {
        let message = format!("`{name}` must be a whole number above 0, not {given}.");
        Failure::new(FailureCode::InvalidSetting, message)
    })?;
    Ok(())
}
