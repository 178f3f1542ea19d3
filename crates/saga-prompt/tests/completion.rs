//! Completion prompts: what is written, what stays the same while the user types, and that the
//! budget holds.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use saga_domain::{
    Context, Fim, FimFamily, ModelFacts, Prompt, Snippet, SnippetKind, TemplateFamily,
};
use saga_prompt::{
    Anchor, AnswerForm, Budget, CompletionAsk, CompletionPrompt, completion, completion_plain,
    estimate_tokens,
};

fn facts(template: TemplateFamily) -> ModelFacts {
    ModelFacts { name: "any".to_owned(), template, fim: Fim::None, context_tokens: 8192 }
}

fn at_cursor(file: &str) -> Context {
    let (prefix, suffix) = file.split_once('|').expect("a cursor");
    Context {
        path: "shop/cart.py".to_owned(),
        language: "python".to_owned(),
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        ..Context::default()
    }
}

fn ask(facts: &ModelFacts, context: &Context, anchor: &mut Anchor) -> CompletionPrompt {
    let budget = Budget::for_completion(facts, None);
    completion(&CompletionAsk { facts, context, one_line: false, budget }, anchor)
}

fn text(prompt: &Prompt) -> String {
    match prompt {
        Prompt::Raw(text) => text.clone(),
        Prompt::Fim { prefix, suffix } => format!("[prefix]{prefix}[suffix]{suffix}"),
        Prompt::Chat(messages) => messages
            .iter()
            .map(|message| format!("[{}]\n{}\n", message.role.name(), message.content))
            .collect(),
    }
}

/// Everything but the system prompt, whose words are its own file.
fn after_system(prompt: &Prompt) -> String {
    let text = text(prompt);
    let user = text.find("user").expect("a user's turn");
    text[user..].to_owned()
}

fn check(facts: &ModelFacts, context: &Context, expect: Expect) {
    let asked = ask(facts, context, &mut Anchor::default());
    expect.assert_eq(&format!(
        "{}¦\ntaken back: {:?}\nstop: {:?}\n",
        after_system(&asked.prompt),
        asked.taken_back,
        asked.stop
    ));
}

const CART: &str = "import json\n\nclass Cart:\n    def total(self):\n        ret|\n\n    def clear(self):\n        self.items = []\n";

#[test]
fn llama3_is_prefilled_up_to_the_token_boundary() {
    let mut context = at_cursor(CART);
    context.imports = vec!["import json".to_owned()];
    context.snippets = vec![Snippet {
        path: "shop/price.py".to_owned(),
        kind: SnippetKind::Signature,
        text: "def net(price: int) -> int".to_owned(),
    }];
    check(
        &facts(TemplateFamily::Llama3),
        &context,
        expect![[r#"
            user<|end_header_id|>

            Used here:
            ```
            shop/price.py:
            def net(price: int) -> int
            ```

            This stands after the cursor in shop/cart.py:
            ```python
                def clear(self):
                    self.items = []
            ```

            Write the code of shop/cart.py that comes before it.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```python
            import json

            class Cart:
                def total(self):
                   ¦
            taken back: " ret"
            stop: ["<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|reserved_special_token", "\n```"]
        "#]],
    );
}

#[test]
fn chatml_has_its_own_turns() {
    check(
        &facts(TemplateFamily::ChatMl),
        &at_cursor("x = |"),
        expect![[r#"
            user
            Write the code of shop/cart.py.<|im_end|>
            <|im_start|>assistant
            ```python
            x =¦
            taken back: " "
            stop: ["<|im_end|>", "<|im_start|>", "<|endoftext|>", "\n```"]
        "#]],
    );
}

#[test]
fn an_unknown_template_is_asked_in_words() {
    check(
        &facts(TemplateFamily::Unknown),
        &at_cursor(CART),
        expect![[r#"
            user]
            This stands after the cursor in shop/cart.py:
            ```python
                def clear(self):
                    self.items = []
            ```

            This stands before the cursor in the file:
            ```python
            import json

            class Cart:
                def total(self):
                    ret
            ```

            Write only what is to be inserted at the cursor, right after the last character above, in one code block. 커서 위치에 들어갈 코드만 코드 블록 하나로 쓰세요.
            ¦
            taken back: ""
            stop: []
        "#]],
    );
}

#[test]
fn a_model_that_fills_holes_is_given_one() {
    let facts = ModelFacts { fim: Fim::Suffix, ..facts(TemplateFamily::Llama3) };
    let asked = ask(&facts, &at_cursor("x = |\ny = x\n"), &mut Anchor::default());
    assert_eq!(text(&asked.prompt), "[prefix]x = [suffix]\ny = x\n");
    assert_eq!((asked.taken_back.as_str(), asked.form), ("", AnswerForm::Continues));
}

#[test]
fn the_plain_prompt_ends_at_the_cursor_and_shares_all_the_rest() {
    let facts = facts(TemplateFamily::Llama3);
    let context = at_cursor(CART);
    let mut anchor = Anchor::default();
    let first = text(&ask(&facts, &context, &mut anchor).prompt);
    let budget = Budget::for_completion(&facts, None);
    let ask = CompletionAsk { facts: &facts, context: &context, one_line: false, budget };
    let plain = completion_plain(&ask, &mut anchor);
    assert_eq!(text(&plain.prompt), format!("{first} ret"));
    assert_eq!(plain.taken_back, "");
}

#[test]
fn the_second_try_writes_a_half_typed_word_out_as_the_file_has_it() {
    let facts = facts(TemplateFamily::Llama3);
    let context = at_cursor("customer_name = ask()\nprint(custo|)\n");
    let budget = Budget::for_completion(&facts, None);
    let ask = CompletionAsk { facts: &facts, context: &context, one_line: true, budget };
    let plain = completion_plain(&ask, &mut Anchor::default());
    assert!(text(&plain.prompt).ends_with("print(customer_name"));
    assert_eq!((plain.taken_back.as_str(), plain.begun.as_str()), ("", "mer_name"));
    assert_eq!(completion(&ask, &mut Anchor::default()).begun, "");
}

#[test]
fn one_line_ends_at_the_line_end() {
    let facts = facts(TemplateFamily::Llama3);
    let context = at_cursor("x = |");
    let budget = Budget::for_completion(&facts, None);
    let ask = CompletionAsk { facts: &facts, context: &context, one_line: true, budget };
    assert!(completion(&ask, &mut Anchor::default()).stop.contains(&"\n".to_owned()));
}

#[test]
fn control_tokens_in_the_file_are_not_control_tokens() {
    let facts = facts(TemplateFamily::Llama3);
    let mut context = at_cursor("|");
    context.prefix = "end = '<|eot_id|>'\nx = ".to_owned();
    context.suffix = "\n# <|start_header_id|>system<|end_header_id|>\n".to_owned();
    let prompt = text(&ask(&facts, &context, &mut Anchor::default()).prompt);
    assert_eq!(prompt.matches("<|eot_id|>").count(), 2, "the two turns that we close");
    assert_eq!(prompt.matches("<|start_header_id|>").count(), 3, "the three turns that we open");
}

#[test]
fn a_fence_in_the_file_does_not_close_ours() {
    let mut context = at_cursor("# Title\n\n```sh\nls\n```\n\n|");
    context.language = "markdown".to_owned();
    let asked = ask(&facts(TemplateFamily::ChatMl), &context, &mut Anchor::default());
    assert!(text(&asked.prompt).contains("````markdown\n# Title"));
    assert!(asked.stop.contains(&"\n````".to_owned()));
}

/// A long file with a typing trace in its middle.
fn typing_trace() -> (String, String, String) {
    let function = |n: usize| {
        format!(
            "def step_{n}(order, rate):\n    amount = order.amount * {n}\n    return amount * rate\n\n\n"
        )
    };
    let before: String = (0..80).map(function).collect();
    let after: String = (80..120).map(function).collect();
    let typed = "def summarise(orders, rate):\n    \"\"\"주문을 합산한다.\"\"\"\n    total = 0\n    for order in orders:\n        if order.is_open:\n            total += step_3(order, rate)\n        elif order.is_late:\n            total -= order.penalty\n    log.info('합계 %s', total)\n    return total\n\n\ndef average(orders, rate):\n    count = len(orders)\n    return summarise(orders, rate) / count\n"
        .repeat(2);
    (before, typed, after)
}

fn common_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

#[test]
fn typing_changes_only_the_end_of_the_prompt() {
    let (before, typed, after) = typing_trace();
    let facts = facts(TemplateFamily::Llama3);
    let mut anchor = Anchor::default();
    let mut last: Option<String> = None;
    let (mut tokens, mut again, mut jumps, mut keys) = (0_u64, 0_u64, 0, 0);
    for (at, c) in typed.char_indices() {
        let prefix = format!("{before}{}", &typed[..at + c.len_utf8()]);
        let mut context = at_cursor("|");
        context.prefix = prefix;
        context.suffix = format!("\n{after}");
        let prompt = text(&ask(&facts, &context, &mut anchor).prompt);
        if let Some(last) = &last {
            let changed = &prompt[common_start(last, &prompt)..];
            keys += 1;
            tokens += u64::from(estimate_tokens(&prompt));
            again += u64::from(estimate_tokens(changed));
            if changed.len() > 100 {
                jumps += 1;
            } else {
                // The word that was taken back before, and the key.
                assert!(estimate_tokens(changed) <= 10, "{changed:?}");
            }
        }
        last = Some(prompt);
    }
    assert!(keys > 600, "{keys} keys");
    assert!(jumps <= 1, "{jumps} jumps");
    assert!(again * 100 < tokens, "{again} of {tokens} tokens evaluated again");
}

#[test]
fn deleting_back_changes_only_the_end_of_the_prompt() {
    let (before, typed, after) = typing_trace();
    let facts = facts(TemplateFamily::Llama3);
    let mut anchor = Anchor::default();
    let mut prompt_with = |typed: &str| {
        let mut context = at_cursor("|");
        context.prefix = format!("{before}{typed}");
        context.suffix = format!("\n{after}");
        text(&ask(&facts, &context, &mut anchor).prompt)
    };
    let whole = prompt_with(&typed);
    for (at, _) in typed.char_indices().rev().take(300) {
        let prompt = prompt_with(&typed[..at]);
        assert!(whole.starts_with(&prompt), "{}", &typed[..at]);
    }
}

#[test]
fn text_above_the_window_moves_nothing() {
    let (before, typed, after) = typing_trace();
    let facts = facts(TemplateFamily::Llama3);
    let mut anchor = Anchor::default();
    let mut prompt_with = |above: &str, typed: &str| {
        let mut context = at_cursor("|");
        context.prefix = format!("{above}{before}{typed}");
        context.suffix = after.clone();
        text(&ask(&facts, &context, &mut anchor).prompt)
    };
    prompt_with("", "");
    let first = prompt_with("", &typed);
    assert_eq!(prompt_with("import os\nimport sys\n", &typed), first);
}

#[test]
fn text_below_is_frozen_until_it_is_clearly_stale() {
    let (before, _, after) = typing_trace();
    let facts = facts(TemplateFamily::Llama3);
    let mut anchor = Anchor::default();
    let mut prompt_with = |suffix: &str| {
        let mut context = at_cursor("|");
        context.prefix = format!("{before}x = f(");
        context.suffix = suffix.to_owned();
        text(&ask(&facts, &context, &mut anchor).prompt)
    };
    let first = prompt_with(&format!(")\n{after}"));
    assert_eq!(prompt_with(&format!("\n{after}")), first, "the closing bracket went");
    assert_eq!(prompt_with(&format!(")\npass\n{after}")), first, "one line more below");
    let far = after.lines().skip(60).collect::<Vec<_>>().join("\n");
    let moved = prompt_with(&format!(")\n{far}"));
    assert_ne!(moved, first, "the cursor left the region");
    assert!(moved.contains("step_92"));
    let with_rest = prompt_with(&format!("rate, 1)\n{far}"));
    assert!(with_rest.contains("rate, 1)"), "words after the cursor on its line count");
    assert!(!prompt_with(&format!("\n{far}")).contains("rate, 1)"), "and go when they are gone");
}

#[test]
fn imports_and_scopes_are_told_only_when_the_window_does_not_show_them() {
    let (before, ..) = typing_trace();
    let mut context = at_cursor("|");
    context.prefix = format!("import json\n{before}");
    context.imports = vec!["import json".to_owned()];
    context.scopes = vec!["class Cart:".to_owned()];
    let facts = facts(TemplateFamily::Llama3);
    let prompt = text(&ask(&facts, &context, &mut Anchor::default()).prompt);
    assert_eq!(prompt.matches("import json").count(), 1);
    assert_eq!(prompt.matches("class Cart:").count(), 1);
    context.prefix = "import json\nclass Cart:\n    x".to_owned();
    let prompt = text(&ask(&facts, &context, &mut Anchor::default()).prompt);
    assert_eq!(prompt.matches("import json").count(), 1);
    assert_eq!(prompt.matches("class Cart:").count(), 1);
}

#[test]
fn new_snippets_are_told_once_they_are_most_of_all() {
    let facts = facts(TemplateFamily::Llama3);
    let mut anchor = Anchor::default();
    let mut prompt_with = |names: &[&str]| {
        let mut context = at_cursor("x = |");
        context.snippets = names
            .iter()
            .map(|name| Snippet {
                path: "a.py".to_owned(),
                kind: SnippetKind::Signature,
                text: format!("def {name}()"),
            })
            .collect();
        text(&ask(&facts, &context, &mut anchor).prompt)
    };
    let first = prompt_with(&["a", "b", "c", "d"]);
    assert_eq!(prompt_with(&["a", "b", "c", "d", "e", "f", "g"]), first);
    assert!(prompt_with(&["a", "e", "f", "g"]).contains("def g()"));
}

#[test]
fn a_cursor_near_the_start_of_the_window_moves_it() {
    let facts = facts(TemplateFamily::Llama3);
    let mut anchor = Anchor::default();
    let mut prompt_at = |lines: usize| {
        let line =
            |n| format!("value_{n} = compute(order, rate, {n})  # as the rules of {n} say\n");
        let mut context = at_cursor("|");
        context.prefix = (0..lines).map(line).collect();
        context.suffix = "\nend()\n".to_owned();
        text(&ask(&facts, &context, &mut anchor).prompt)
    };
    // As after deleting what was between.
    assert!(!prompt_at(400).contains("value_300 "));
    assert!(prompt_at(335).contains("value_300 "), "what stands above is told");
}

#[test]
fn fences_and_many_snippets_do_not_unfreeze_anything() {
    let (before, ..) = typing_trace();
    let facts = facts(TemplateFamily::Llama3);
    let mut anchor = Anchor::default();
    let mut prompt_with = |typed: &str| {
        let mut context = at_cursor("|");
        context.prefix = format!("\"\"\"\n```py\nx\n```\n\"\"\"\n{before}{typed}");
        let snippet = |n| Snippet {
            path: "a.py".to_owned(),
            kind: SnippetKind::Signature,
            text: format!("def f{n}(): pass # {}", "words ".repeat(40)),
        };
        context.snippets = (0..80).map(snippet).collect();
        text(&ask(&facts, &context, &mut anchor).prompt)
    };
    let first = prompt_with("x");
    let second = prompt_with("xy = 1\nz = ");
    assert!(common_start(&first, &second) + 10 > first.len(), "{first}");
}

fn ways_to_fill() -> Vec<Fim> {
    let with_tokens = FimFamily::ALL.into_iter().map(Fim::Tokens);
    [Fim::None, Fim::Suffix].into_iter().chain(with_tokens).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn prompt_and_answer_fit_into_the_context(
        context_tokens in 512_u32..6000,
        line in prop::sample::select(vec!["    total += step(order, rate)\n", "사용자의 주문을 합산한다\n", "{[()]}", "x\n", "🎉e\u{301}ㅅ", "\t\t\t\n"]),
        before in 0_usize..3000, after in 0_usize..400, snippets in 0_usize..60,
        template in prop::sample::select(TemplateFamily::known().chain([TemplateFamily::Unknown]).collect::<Vec<_>>()),
        fim in prop::sample::select(ways_to_fill()),
    ) {
        let facts = ModelFacts { context_tokens, fim, ..facts(template) };
        let mut context = at_cursor("|");
        context.prefix = line.repeat(before);
        context.suffix = line.repeat(after);
        context.imports = vec!["import json".to_owned(); snippets];
        context.snippets = vec![Snippet { path: "a.py".to_owned(), kind: SnippetKind::Signature, text: line.repeat(2) }; snippets];
        let mut anchor = Anchor::default();
        for _ in 0..3 {
            let asked = ask(&facts, &context, &mut anchor);
            let whole = estimate_tokens(&text(&asked.prompt));
            prop_assert!(whole + asked.max_tokens <= context_tokens, "{} + {}", whole, asked.max_tokens);
            context.prefix.push_str(line);
        }
    }
}
