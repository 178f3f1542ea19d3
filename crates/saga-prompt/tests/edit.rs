//! Edit prompts: what is written, and that the budget holds.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use saga_domain::{Context, EditTask, Fim, ModelFacts, Prompt, Severity, TemplateFamily};
use saga_prompt::{Budget, EditAsk, Problem, edit, estimate_tokens};

fn facts(template: TemplateFamily, context_tokens: u32) -> ModelFacts {
    ModelFacts { name: "any".to_owned(), template, fim: Fim::None, context_tokens }
}

fn text(prompt: &Prompt) -> String {
    match prompt {
        Prompt::Raw(text) => text.clone(),
        Prompt::Chat(messages) => messages
            .iter()
            .map(|message| format!("[{}]\n{}\n", message.role.name(), message.content))
            .collect(),
        Prompt::Fim { .. } => panic!("an edit is no hole"),
    }
}

fn around() -> Context {
    Context {
        path: "shop/cart.py".to_owned(),
        language: "python".to_owned(),
        prefix: "import json\n\n\nclass Cart:\n".to_owned(),
        suffix: "\n    def clear(self):\n        self.items = []\n".to_owned(),
        imports: vec!["import json".to_owned()],
        scopes: vec!["class Cart:".to_owned()],
        ..Context::default()
    }
}

const CODE: &str = "    def total(self):\n        return sum(item.price for item in self.itms)\n";

fn check(template: TemplateFamily, instruction: &str, problems: &[Problem<'_>], expect: Expect) {
    let facts = facts(template, 8192);
    let context = around();
    let asked = edit(&EditAsk {
        facts: &facts,
        task: if problems.is_empty() { EditTask::Refactor } else { EditTask::Fix },
        context: &context,
        code: CODE,
        instruction,
        problems,
        beside: &[],
        tried: None,
        budget: Budget::for_edit(&facts),
    })
    .expect("a prompt");
    let text = text(&asked.prompt);
    let user = text.find("user").expect("a user's turn");
    expect.assert_eq(&format!(
        "{}\n---\nprefilled: {}\nstop: {:?}\n",
        &text[user..],
        asked.prefilled,
        asked.stop
    ));
}

#[test]
fn a_refactoring_in_korean() {
    check(
        TemplateFamily::Llama3,
        "반복문을 리스트 컴프리헨션으로 바꿔줘",
        &[],
        expect![[r#"
            user<|end_header_id|>

            The file before the code:
            ```python
            import json


            class Cart:
            ```

            The file after the code:
            ```python
                def clear(self):
                    self.items = []
            ```

            The code, from shop/cart.py:
            ```python
                def total(self):
                    return sum(item.price for item in self.itms)
            ```

            반복문을 리스트 컴프리헨션으로 바꿔줘

            Answer with the whole changed code in one code block. 바뀐 코드 전체를 코드 블록 하나로 답하세요.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```python

            ---
            prefilled: true
            stop: ["<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|reserved_special_token"]
        "#]],
    );
}

#[test]
fn problems_are_listed_with_their_lines() {
    check(
        TemplateFamily::Unknown,
        "",
        &[
            Problem {
                line: 2,
                message: "Cannot access attribute \"itms\"\nfor class \"Cart\"",
                severity: Severity::Error,
                source: Some("Pyright"),
                code: Some("reportAttributeAccessIssue"),
                related: &[],
                hover: None,
            },
            Problem {
                line: 9,
                message: "누락된 주석",
                severity: Severity::Hint,
                source: None,
                code: None,
                related: &[],
                hover: None,
            },
        ],
        expect![[r#"
            user]
            The file before the code:
            ```python
            import json


            class Cart:
            ```

            The file after the code:
            ```python
                def clear(self):
                    self.items = []
            ```

            The code, from shop/cart.py:
            ```python
                def total(self):
                    return sum(item.price for item in self.itms)
            ```

            Problems in the code:
            - line 2 (`return sum(item.price for item in self.itms)`), error [Pyright reportAttributeAccessIssue]: Cannot access attribute "itms" for class "Cart"
            - line 9, hint: 누락된 주석

            Fix the problems listed above with the smallest change that solves them. Change nothing else.
            위에 나열된 문제를 해결하는 가장 작은 수정만 하고 다른 부분은 바꾸지 마세요.

            Answer with the whole changed code in one code block. 바뀐 코드 전체를 코드 블록 하나로 답하세요.

            ---
            prefilled: false
            stop: []
        "#]],
    );
}

#[test]
fn a_selection_that_cannot_fit_is_refused_with_both_numbers() {
    let facts = facts(TemplateFamily::Llama3, 1024);
    let context = around();
    let code = CODE.repeat(60);
    let refused = edit(&EditAsk {
        facts: &facts,
        task: EditTask::Refactor,
        context: &context,
        code: &code,
        instruction: "shorten",
        problems: &[],
        beside: &[],
        tried: None,
        budget: Budget::for_edit(&facts),
    })
    .expect_err("too long");
    assert!(refused.needed_tokens > refused.context_tokens);
    assert_eq!(refused.context_tokens, 1024);
    assert!(refused.to_string().contains("1024"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn prompt_and_answer_fit_into_the_context(
        context_tokens in 0_u32..6000,
        line in prop::sample::select(vec!["    total += step(order)\n", "사용자의 주문을 합산한다\n", "```\n"]),
        lines in 1_usize..200, around_lines in 0_usize..400, problems in 0_usize..30,
        template in prop::sample::select(vec![TemplateFamily::Llama3, TemplateFamily::Unknown]),
    ) {
        let facts = facts(template, context_tokens);
        let context = Context { prefix: line.repeat(around_lines), suffix: line.repeat(around_lines), ..around() };
        let code = line.repeat(lines);
        let problem = Problem { line: 1, message: "wrong", severity: Severity::Warning, source: None, code: None, related: &[], hover: None };
        let problems = vec![problem; problems];
        let asked = edit(&EditAsk { facts: &facts, task: EditTask::Fix, context: &context, code: &code, beside: &[], instruction: "고쳐줘", problems: &problems, tried: None, budget: Budget::for_edit(&facts) });
        match asked {
            Ok(asked) => {
                let text = text(&asked.prompt);
                prop_assert!(estimate_tokens(&text) + asked.max_tokens <= context_tokens);
                prop_assert!(asked.max_tokens > estimate_tokens(&code));
                prop_assert!(text.contains(code.trim_end()), "the code is whole");
            }
            Err(refused) => prop_assert!(refused.needed_tokens > context_tokens),
        }
    }
}
