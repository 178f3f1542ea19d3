//! Edit prompts: what is written, and that the budget holds.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use saga_domain::{
    Context, EditTask, Fim, ModelFacts, Prompt, RelatedPlace, Severity, TemplateFamily, Tried,
};
use saga_prompt::{Beside, Budget, EditAsk, Problem, edit, estimate_tokens};

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

/// The words of a task, from behind the code on.
fn task(
    task: EditTask,
    instruction: &str,
    code: &str,
    change: impl FnOnce(&mut Context),
) -> String {
    let facts = facts(TemplateFamily::Unknown, 8192);
    let mut context = around();
    change(&mut context);
    let beside = [Beside { path: "shop/item.py", language: "python", text: "class Item: ...\n" }];
    let asked = edit(&EditAsk {
        facts: &facts,
        task,
        context: &context,
        code,
        beside: if task == EditTask::WriteTests { &beside } else { &[] },
        instruction,
        problems: &[],
        tried: None,
        budget: Budget::for_edit(&facts),
    })
    .expect("a prompt");
    let text = text(&asked.prompt);
    let words = text.rfind("\n```\n\n").map_or(0, |at| at + 6);
    let beside = if text.contains("From shop/item.py:\n```python\nclass Item") {
        "(with Item)\n"
    } else {
        ""
    };
    format!("{beside}{}", &text[words..])
}

#[test]
fn every_task_says_what_is_wanted() {
    expect![[r#"
        한국어로 이 코드를 설명해줘

        한국어로 답하세요.
    "#]]
    .assert_eq(&task(EditTask::Explain, "한국어로 이 코드를 설명해줘", CODE, |_| ()));
    expect![[r#"
        Explain this code.

        Answer in English.
    "#]]
    .assert_eq(&task(EditTask::Explain, "", CODE, |_| ()));
    expect![[r#"
        Document the definitions in this code with PEP 257 docstrings, in English: what each is for, its parameters, result and errors, brief and exact. Do not change a character of the code.

        Answer with the whole code in one code block, and change nothing but its comments. 주석 외에는 아무것도 바꾸지 말고 코드 전체를 코드 블록 하나로 답하세요.
    "#]].assert_eq(&task(EditTask::Document, "", CODE, |_| ()));
    expect![[r#"
        이 코드의 정의에 문서 주석을 PEP 257 docstrings 형식으로 한국어로 작성하세요. 목적, 매개변수, 반환값, 오류를 짧고 정확하게 적고 코드는 한 글자도 바꾸지 마세요.

        Answer with the whole code in one code block, and change nothing but its comments. 주석 외에는 아무것도 바꾸지 말고 코드 전체를 코드 블록 하나로 답하세요.
    "#]].assert_eq(&task(EditTask::Document, "", CODE, |context| {
        context.prefix.push_str("    # 장바구니\n");
    }));
    expect![[r#"
        (with Item)
        New code belongs in shop/cart.py, between what stands before and after the place.

        Write tests for the code given above, with pytest unless the file shows that another framework is used. Test the usual case, the edges and the errors, each in a test with a telling name.

        Answer with only the new code in one code block. 새 코드만 코드 블록 하나로 답하세요.
    "#]].assert_eq(&task(EditTask::WriteTests, "", "", |_| ()));
    expect![[r#"
        New code belongs in shop/cart.py, between what stands before and after the place.

        합계를 출력

        Answer with only the new code in one code block. 새 코드만 코드 블록 하나로 답하세요.
    "#]]
    .assert_eq(&task(EditTask::Generate, "합계를 출력", "", |_| ()));
    expect![[r#"
        Translate all comments and documentation in this code into English. Keep every name, string and line of code as it is.
        이 코드의 모든 주석과 문서 주석을 영어로 번역하세요. 코드와 문자열은 그대로 두세요.

        Answer with the whole code in one code block, and change nothing but its comments. 주석 외에는 아무것도 바꾸지 말고 코드 전체를 코드 블록 하나로 답하세요.
    "#]].assert_eq(&task(EditTask::TranslateComments, "", "# 합계\nx = 1\n", |_| ()));
    expect![[r#"
        Translate all comments and documentation in this code into Korean. Keep every name, string and line of code as it is.
        이 코드의 모든 주석과 문서 주석을 자연스러운 한국어로 번역하세요. 코드와 문자열은 그대로 두세요.

        Answer with the whole code in one code block, and change nothing but its comments. 주석 외에는 아무것도 바꾸지 말고 코드 전체를 코드 블록 하나로 답하세요.
    "#]].assert_eq(&task(EditTask::TranslateComments, "", "# sum\nx = 1\n", |_| ()));
    let to_english = task(EditTask::TranslateComments, "영어로", "# sum\nx = 1\n", |_| ());
    assert!(to_english.contains("into English"), "{to_english}");
}

#[test]
fn an_earlier_answer_is_shown_as_far_as_there_is_room() {
    let facts = facts(TemplateFamily::Llama3, 2048);
    let context = around();
    let tried = Tried {
        answer: "```\n".to_owned() + &"x = 1\n".repeat(2000),
        problem: Some("line 3:\n`)` is missing".to_owned()),
        instruction: Some("더 짧게".to_owned()),
    };
    let ask = EditAsk {
        facts: &facts,
        task: EditTask::Refactor,
        context: &context,
        code: CODE,
        beside: &[],
        instruction: "shorten",
        problems: &[],
        tried: Some(&tried),
        budget: Budget::for_edit(&facts),
    };
    let asked = edit(&ask).expect("a prompt");
    let text = text(&asked.prompt);
    assert!(
        text.contains("Your earlier answer (its beginning) was not good enough:\n````\n```\nx = 1"),
        "{text}"
    );
    assert!(text.contains("What is wrong with it: line 3: `)` is missing\n더 짧게\n"), "{text}");
    assert!(estimate_tokens(&text) + asked.max_tokens <= 2048);
}

#[test]
fn what_belongs_to_problems_is_told_where_there_is_room() {
    let related =
        [RelatedPlace { path: "a.py".to_owned(), line: 7, message: "declared\nhere".to_owned() }];
    let problem = Problem {
        line: 1,
        message: "wrong",
        severity: Severity::Error,
        source: None,
        code: None,
        related: &related,
        hover: Some("```python\n(variable) itms: list[Item]\n```"),
    };
    let told = |context_tokens, count| {
        let facts = facts(TemplateFamily::Llama3, context_tokens);
        let context = around();
        let problems = vec![problem; count];
        let ask = EditAsk {
            facts: &facts,
            task: EditTask::Fix,
            context: &context,
            code: CODE,
            beside: &[],
            instruction: "",
            problems: &problems,
            tried: None,
            budget: Budget::for_edit(&facts),
        };
        text(&edit(&ask).expect("a prompt").prompt)
    };
    let few = told(8192, 1);
    assert!(
        few.contains("  see a.py:7: declared here\n  there: (variable) itms: list[Item]\n"),
        "{few}"
    );
    let many = told(2048, 12);
    assert!(!many.contains("see a.py") && many.matches("error: wrong").count() == 12, "{many}");
}
