//! What the server answers when no rule says anything: the same answer for the same question, and
//! good enough to look at in an editor.
//!
//! It reads only the end of a prompt. It knows the two template families far enough to see where
//! the assistant's turn begins.

use crate::answer::{Question, Said};

const ASSISTANT_TURNS: &[&str] =
    &["<|start_header_id|>assistant<|end_header_id|>\n\n", "<|im_start|>assistant\n"];

const KEYWORDS: &[&str] = &["return", "self", "import"];

pub(crate) fn answer(question: &Question) -> Vec<String> {
    let text = match question {
        Question::Hole { prompt, .. } => continued(prompt, prompt),
        Question::Chat(messages) => chat(messages),
        Question::Text { prompt, raw } => text(prompt, *raw),
    };
    pieces(&text)
}

fn text(prompt: &str, raw: bool) -> String {
    let opened = ASSISTANT_TURNS
        .iter()
        .filter_map(|turn| prompt.rfind(turn).map(|at| (at, at + turn.len())))
        .max();
    match opened {
        None if raw => continued(prompt, prompt),
        None => reply(prompt, 1),
        Some((at, after)) => {
            let (before, begun) = (&prompt[..at], &prompt[after..]);
            let code_begun = begun.strip_prefix("```").and_then(|rest| rest.split_once('\n'));
            match code_begun {
                Some((_, "")) => rewritten(before, "\n```"),
                Some((_, code)) => continued(prompt, code),
                None if begun.is_empty() => reply(before, 1),
                None => continued(prompt, begun),
            }
        }
    }
}

fn chat(messages: &[Said]) -> String {
    let Some(last) = messages.last() else {
        return String::new();
    };
    if last.role == "assistant" {
        let code = last.content.strip_prefix("```").and_then(|rest| rest.split_once('\n'));
        return match code {
            Some((_, "")) => rewritten(&everything(messages), "\n```"),
            Some((_, code)) => continued(code, code),
            None => continued(&last.content, &last.content),
        };
    }
    let asked = messages.iter().filter(|said| said.role == "user").count();
    reply(&last.content, asked)
}

fn everything(messages: &[Said]) -> String {
    messages.iter().map(|said| said.content.as_str()).collect::<Vec<_>>().join("\n")
}

/// The rest of the line or of the block that `code` ends in.
fn continued(prompt: &str, code: &str) -> String {
    let line = code.rsplit('\n').next().unwrap_or(code);
    let indent = &line[..line.len() - line.trim_start().len()];
    let value = value(prompt);
    if line.trim().is_empty() {
        let above = code.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("");
        let above_indent = &above[..above.len() - above.trim_start().len()];
        let deeper = if above.ends_with([':', '{']) { "    " } else { "" };
        let wanted = format!("{above_indent}{deeper}");
        let missing = wanted.strip_prefix(line).unwrap_or("");
        return format!("{missing}return {value}\n");
    }
    let last = line.trim_end();
    let blank = if line.len() > last.len() { "" } else { " " };
    if last.ends_with("return") {
        return format!("{blank}{value}\n");
    }
    if last.ends_with("self.") || last.ends_with("this.") {
        return "items.pop()\n".to_owned();
    }
    if last.ends_with("def") || last.ends_with("function") || last.ends_with("fn") {
        return format!("{blank}peek(self):\n{indent}    return self.items[-1]\n");
    }
    if last.ends_with('=') {
        return format!("{blank}[]\n");
    }
    if last.ends_with([':', '{']) {
        return format!("\n{indent}    return {value}\n");
    }
    let half = last.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    match KEYWORDS.iter().find_map(|word| word.strip_prefix(half)) {
        Some(rest) if !half.is_empty() && !rest.is_empty() && half.starts_with('r') => {
            format!("{rest} {value}\n")
        }
        Some(rest) if !half.is_empty() && !rest.is_empty() => format!("{rest}.items\n"),
        _ => "\n".to_owned(),
    }
}

/// An expression that fits the code: its own list, or the parameters of its last function.
fn value(prompt: &str) -> String {
    if prompt.contains("self.items") {
        return "self.items.pop()".to_owned();
    }
    if prompt.contains("this.items") {
        return "this.items.pop();".to_owned();
    }
    let functions = ["def ", "function ", "fn "];
    let last = functions.iter().filter_map(|word| prompt.rfind(word)).max();
    let head = last.and_then(|at| prompt[at..].split_once('(')?.1.split_once(')'));
    let names: Vec<_> = head
        .map(|(parameters, _)| parameters)
        .unwrap_or_default()
        .split(',')
        .map(|parameter| parameter.split([':', '=']).next().unwrap_or("").trim())
        .filter(|name| !name.is_empty() && !name.ends_with("self"))
        .collect();
    match names.as_slice() {
        [] => "self.items.pop()".to_owned(),
        names => names.join(" + "),
    }
}

/// The code of the last fence in `before`, with a visible change.
fn rewritten(before: &str, after: &str) -> String {
    let code = last_fenced(before).unwrap_or("pass");
    let indent = &code[..code.len() - code.trim_start().len()];
    let mark =
        if code.contains("def ") || code.contains("import ") || code.trim_end().ends_with(':') {
            "#"
        } else {
            "//"
        };
    format!("{indent}{mark} Rewritten as asked.\n{}{after}", code.trim_end())
}

fn last_fenced(text: &str) -> Option<&str> {
    let close = text.rfind("\n```")?;
    let open = text[..close].rfind("```")?;
    let body = text[open..close].split_once('\n')?.1;
    Some(body)
}

fn reply(message: &str, asked: usize) -> String {
    let korean = message.chars().any(|c| ('가'..='힣').contains(&c));
    let code = last_fenced(message).map(|_| rewritten(message, ""));
    match (code, korean) {
        (Some(code), true) => format!("이렇게 바꿀 수 있습니다.\n\n```\n{code}\n```\n"),
        (Some(code), false) => format!("Here is the code again:\n\n```\n{code}\n```\n"),
        (None, true) => format!(
            "{asked}번째 질문입니다. 스택은 마지막에 넣은 것을 먼저 꺼내는 자료 구조입니다.\n\n\
             ```python\nstack = []\nstack.append(1)\nstack.pop()\n```\n"
        ),
        (None, false) => format!(
            "This is question {asked}. A stack gives back first what was put in last.\n\n\
             ```python\nstack = []\nstack.append(1)\nstack.pop()\n```\n"
        ),
    }
}

/// Cuts a text roughly as a tokenizer does: a blank goes with the word after it.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for c in text.chars() {
        let joins = pieces.last().and_then(|piece| piece.chars().next_back()).is_some_and(|last| {
            let word = c.is_ascii_alphanumeric() && (last.is_ascii_alphanumeric() || last == ' ');
            word || (c == ' ' && last == ' ')
        });
        match pieces.last_mut() {
            Some(piece) if joins => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompt: &str, expected: &str) {
        let question = Question::Text { prompt: prompt.to_owned(), raw: true };
        assert_eq!(answer(&question).concat(), expected);
    }

    const STACK: &str =
        "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def pop(self):\n";

    #[test]
    fn a_line_is_continued_wherever_the_prompt_ends() {
        check(&format!("{STACK}        return "), "self.items.pop()\n");
        check(&format!("{STACK}        return"), " self.items.pop()\n");
        check(&format!("{STACK}        ret"), "urn self.items.pop()\n");
        check(STACK, "        return self.items.pop()\n");
        check("def add(a: int, b: int) -> int:\n    return ", "a + b\n");
        check("좋아요🙂", "\n");
    }

    #[test]
    fn an_opened_code_block_gets_the_code_back() {
        check(
            "<|im_start|>user\nShorter:\n```python\ndef f():\n    pass\n```\n<|im_end|>\n<|im_start|>assistant\n```python\n",
            "# Rewritten as asked.\ndef f():\n    pass\n```",
        );
    }

    #[test]
    fn a_chat_counts_its_questions_in_the_users_language() {
        let said = |role: &str, content: &str| Said { role: role.into(), content: content.into() };
        let messages =
            [said("user", "Hi"), said("assistant", "Hello"), said("user", "스택이 뭐예요?")];
        assert!(chat(&messages).starts_with("2번째 질문입니다."));
    }

    #[test]
    fn pieces_are_about_tokens() {
        assert_eq!(
            pieces("return self.x\n    한글"),
            ["return", " self", ".", "x", "\n", "    ", "한", "글"]
        );
    }
}
