//! What is said to the model of a task: its rules, the problems, the earlier answer, and the
//! instruction.

use saga_domain::{Context, EditForm, EditTask, Severity, hangul};

use crate::edit::around::first_lines;
use crate::edit::{EditAsk, Problem};
use crate::fence::fence_around;

const REPLACE: &str = include_str!("../prompts/edit.system.txt");
const INSERT: &str = include_str!("../prompts/insert.system.txt");
const EXPLAIN: &str = include_str!("../prompts/explain.system.txt");
const FIX: &str = include_str!("../prompts/fix.instruction.txt");

/// Characters of what is said about a problem, and of each thing that belongs to it.
const MESSAGE_CHARS_MAX: usize = 400;
/// Related places of one problem.
const RELATED_MAX: usize = 3;

/// The system prompt.
pub(super) fn rules(form: EditForm) -> &'static str {
    match form {
        EditForm::Replacement | EditForm::Comments => REPLACE.trim_end(),
        EditForm::Insertion => INSERT.trim_end(),
        EditForm::Words => EXPLAIN.trim_end(),
    }
}

/// The problems, the earlier answer and the instruction. With `details`, what belongs to a problem
/// is told too; of the earlier answer `tried_tokens_max` tokens are shown.
pub(super) fn task(ask: &EditAsk<'_>, details: bool, tried_tokens_max: u32) -> String {
    let mut out = String::new();
    if !ask.problems.is_empty() {
        out.push_str("Problems in the code:\n");
        for problem in ask.problems {
            write_problem(&mut out, problem, ask.code, details);
        }
        out.push('\n');
    }
    let form = ask.task.form();
    if form == EditForm::Insertion {
        out.push_str(&format!(
            "New code belongs in {}, between what stands before and after the place.\n\n",
            ask.context.path
        ));
    }
    write_instruction(&mut out, ask);
    write_tried(&mut out, ask, tried_tokens_max);
    out.push_str("\n\n");
    out.push_str(match form {
        EditForm::Replacement => {
            "Answer with the whole changed code in one code block. \
             바뀐 코드 전체를 코드 블록 하나로 답하세요."
        }
        EditForm::Comments => {
            "Answer with the whole code in one code block, and change nothing but its comments. \
             주석 외에는 아무것도 바꾸지 말고 코드 전체를 코드 블록 하나로 답하세요."
        }
        EditForm::Insertion => {
            "Answer with only the new code in one code block. 새 코드만 코드 블록 하나로 답하세요."
        }
        EditForm::Words if is_in_korean(ask) => "한국어로 답하세요.",
        EditForm::Words => "Answer in English.",
    });
    out
}

fn write_instruction(out: &mut String, ask: &EditAsk<'_>) {
    let instruction = ask.instruction.trim();
    let in_korean = is_in_korean(ask);
    let own = match ask.task {
        EditTask::Refactor | EditTask::Generate => String::new(),
        EditTask::Fix if instruction.is_empty() => FIX.trim_end().to_owned(),
        EditTask::Fix => String::new(),
        EditTask::Explain if instruction.is_empty() => {
            if in_korean { "이 코드를 설명해 주세요." } else { "Explain this code." }.to_owned()
        }
        EditTask::Explain => String::new(),
        EditTask::Document => {
            let kind = documentation(&ask.context.language);
            if in_korean {
                format!(
                    "이 코드의 정의에 문서 주석을 {kind} 형식으로 한국어로 작성하세요. 목적, 매개변수, \
                     반환값, 오류를 짧고 정확하게 적고 코드는 한 글자도 바꾸지 마세요."
                )
            } else {
                format!(
                    "Document the definitions in this code with {kind}, in English: what each is \
                     for, its parameters, result and errors, brief and exact. Do not change a \
                     character of the code."
                )
            }
        }
        EditTask::WriteTests => {
            let kind = tests(&ask.context.language);
            format!(
                "Write tests for the code given above, with {kind} unless the file shows that \
                 another framework is used. Test the usual case, the edges and the errors, each \
                 in a test with a telling name."
            )
        }
        EditTask::TranslateComments => translation(ask).to_owned(),
    };
    out.push_str(&own);
    if !own.is_empty() && !instruction.is_empty() {
        out.push('\n');
    }
    out.push_str(instruction);
}

/// Into the language that the comments are not in, unless the instruction names one.
fn translation(ask: &EditAsk<'_>) -> &'static str {
    let names = |words: &[&str]| {
        let instruction = ask.instruction.to_lowercase();
        words.iter().any(|word| instruction.contains(word))
    };
    let to_english = match (names(&["english", "영어"]), names(&["korean", "한국어", "한글"]))
    {
        (true, false) => true,
        (false, true) => false,
        _ => ask.code.chars().any(hangul::is_hangul),
    };
    if to_english {
        "Translate all comments and documentation in this code into English. Keep every name, \
         string and line of code as it is.\n\
         이 코드의 모든 주석과 문서 주석을 영어로 번역하세요. 코드와 문자열은 그대로 두세요."
    } else {
        "Translate all comments and documentation in this code into Korean. Keep every name, \
         string and line of code as it is.\n\
         이 코드의 모든 주석과 문서 주석을 자연스러운 한국어로 번역하세요. 코드와 문자열은 그대로 두세요."
    }
}

fn write_tried(out: &mut String, ask: &EditAsk<'_>, tokens_max: u32) {
    let Some(tried) = ask.tried else { return };
    let answer = tried.answer.trim_matches('\n');
    let shown = first_lines(answer, usize::MAX, tokens_max).trim_end();
    if !shown.is_empty() {
        let fence = fence_around([shown]);
        let cut = if shown.len() < answer.trim_end().len() { " (its beginning)" } else { "" };
        out.push_str(&format!(
            "\n\nYour earlier answer{cut} was not good enough:\n{fence}\n{shown}\n{fence}"
        ));
    }
    if let Some(problem) = tried.problem.as_deref().map(one_line).filter(|said| !said.is_empty()) {
        out.push_str(&format!("\nWhat is wrong with it: {problem}"));
    }
    if let Some(added) = tried.instruction.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
        out.push_str(&format!("\n{added}"));
    }
    out.push_str("\nGive another, better answer. 이전 답을 반복하지 말고 더 나은 답을 주세요.");
}

fn write_problem(out: &mut String, problem: &Problem<'_>, code: &str, details: bool) {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint => "hint",
    };
    out.push_str(&format!("- line {}", problem.line));
    let line = problem.line.checked_sub(1).and_then(|index| code.lines().nth(index));
    if let Some(line) = line.map(one_line).filter(|line| !line.is_empty()) {
        out.push_str(&format!(" (`{line}`)"));
    }
    let by: Vec<&str> = [problem.source, problem.code].into_iter().flatten().collect();
    let by = if by.is_empty() { String::new() } else { format!(" [{}]", by.join(" ")) };
    out.push_str(&format!(", {severity}{by}: {}\n", one_line(problem.message)));
    if !details {
        return;
    }
    for place in problem.related.iter().take(RELATED_MAX) {
        let (path, line, said) = (&place.path, place.line, one_line(&place.message));
        out.push_str(&format!("  see {path}:{line}: {said}\n"));
    }
    if let Some(hover) = problem.hover.map(one_line).filter(|hover| !hover.is_empty()) {
        out.push_str(&format!("  there: {hover}\n"));
    }
}

/// In one line, and not too long.
fn one_line(text: &str) -> String {
    let mut out = String::new();
    // Fences of a hover's Markdown say nothing.
    for word in text.split_whitespace().filter(|word| !word.starts_with("```")) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > 4 * MESSAGE_CHARS_MAX {
            break;
        }
    }
    match out.char_indices().nth(MESSAGE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &out[..end]),
        None => out,
    }
}

/// As the user speaks; where nothing is said, as the file does.
fn is_in_korean(ask: &EditAsk<'_>) -> bool {
    let holds_hangul = |text: &str| text.chars().any(hangul::is_hangul);
    let instruction = ask.instruction.trim();
    if !instruction.is_empty() {
        return holds_hangul(instruction);
    }
    let Context { prefix, suffix, .. } = ask.context;
    [ask.code, prefix, suffix].into_iter().any(holds_hangul)
}

/// How definitions are documented in a language.
fn documentation(language: &str) -> &'static str {
    match language {
        "python" => "PEP 257 docstrings",
        "javascript" | "javascriptreact" | "typescript" | "typescriptreact" => "JSDoc `/** */`",
        "rust" => "`///` doc comments",
        "go" => "Go doc comments that begin with the name",
        "java" => "Javadoc `/** */`",
        "kotlin" => "KDoc `/** */`",
        "csharp" => "XML `///` comments",
        "c" | "cpp" | "cuda-cpp" => "Doxygen `/** */` comments",
        "swift" => "`///` doc comments",
        "ruby" => "YARD comments",
        "php" => "PHPDoc `/** */`",
        _ => "comments above them",
    }
}

/// How tests are usually written in a language.
fn tests(language: &str) -> &'static str {
    match language {
        "python" => "pytest",
        "javascript" | "javascriptreact" | "typescript" | "typescriptreact" => {
            "`describe`, `test` and `expect`"
        }
        "rust" => "`#[test]` functions",
        "go" => "the `testing` package, as a table where that fits",
        "java" | "kotlin" => "JUnit 5",
        "csharp" => "xUnit",
        "c" | "cpp" | "cuda-cpp" => "GoogleTest",
        "swift" => "XCTest",
        "ruby" => "RSpec",
        "php" => "PHPUnit",
        _ => "the language's usual framework",
    }
}
