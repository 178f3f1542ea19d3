//! Prompts of every family that fills holes, with its own tokens.

use expect_test::{Expect, expect};
use saga_domain::{
    Context, Fim, FimFamily, FimOrder, ModelFacts, Prompt, Snippet, SnippetKind, TemplateFamily,
};
use saga_prompt::{
    Anchor, AnswerForm, Budget, CompletionAsk, CompletionPrompt, completion, completion_plain,
};

fn facts(family: FimFamily) -> ModelFacts {
    ModelFacts {
        name: "any".to_owned(),
        template: TemplateFamily::Unknown,
        fim: Fim::Tokens(family),
        context_tokens: 8192,
    }
}

/// A file with its cursor at `|`, and what two other files say.
fn at_cursor(file: &str, others: &[(&str, &str)]) -> Context {
    let (prefix, suffix) = file.split_once('|').expect("a cursor");
    let snippet = |(path, text): &(&str, &str)| Snippet {
        path: (*path).to_owned(),
        kind: SnippetKind::Signature,
        text: (*text).to_owned(),
    };
    Context {
        path: "shop/cart.py".to_owned(),
        language: "python".to_owned(),
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        snippets: others.iter().map(snippet).collect(),
        ..Context::default()
    }
}

fn ask(family: FimFamily, context: &Context, anchor: &mut Anchor) -> CompletionPrompt {
    let facts = facts(family);
    let budget = Budget::for_completion(&facts, None);
    completion(&CompletionAsk { facts: &facts, context, one_line: false, budget }, anchor)
}

fn text(asked: &CompletionPrompt) -> &str {
    match &asked.prompt {
        Prompt::Raw(text) => text,
        other => panic!("not raw: {other:?}"),
    }
}

const FILE: &str = "class Cart:\n    def total(self):\n        ret|\n\n    def clear(self):\n";
const OTHERS: &[(&str, &str)] =
    &[("shop/item.py", "def price(item)"), ("shop/item.py", "TAX"), ("shop/rate.py", "def rate()")];

/// The prompt of the file alone, then that with other files.
fn check(family: FimFamily, expect: Expect) {
    let alone = ask(family, &at_cursor(FILE, &[]), &mut Anchor::default());
    let beside = ask(family, &at_cursor(FILE, OTHERS), &mut Anchor::default());
    assert_eq!(alone.form, AnswerForm::Continues);
    expect.assert_eq(&format!(
        "{}¦\n\n{}¦\ntaken back: {:?}\n",
        text(&alone),
        text(&beside),
        alone.taken_back
    ));
}

#[test]
fn code_llama() {
    check(
        FimFamily::CodeLlama,
        expect![[r#"
        <PRE> <SUF>
            def clear(self): <MID> class Cart:
            def total(self):
               ¦

        <PRE> <SUF>
            def clear(self): <MID> class Cart:
            def total(self):
               ¦
        taken back: " ret"
    "#]],
    );
}

#[test]
fn star_coder_2() {
    check(
        FimFamily::StarCoder2,
        expect![[r#"
        <fim_prefix><fim_suffix>
            def clear(self):<fim_middle>class Cart:
            def total(self):
               ¦

        <file_sep>shop/item.py
        def price(item)
        TAX<file_sep>shop/rate.py
        def rate()<file_sep><fim_prefix><fim_suffix>
            def clear(self):<fim_middle>shop/cart.py
        class Cart:
            def total(self):
               ¦
        taken back: " ret"
    "#]],
    );
}

#[test]
fn qwen() {
    check(
        FimFamily::Qwen,
        expect![[r#"
        <|fim_prefix|>class Cart:
            def total(self):
                ret<|fim_suffix|>

            def clear(self):
        <|fim_middle|>¦

        <|file_sep|>shop/item.py
        def price(item)
        TAX
        <|file_sep|>shop/rate.py
        def rate()
        <|file_sep|>shop/cart.py
        <|fim_prefix|>class Cart:
            def total(self):
                ret<|fim_suffix|>

            def clear(self):
        <|fim_middle|>¦
        taken back: ""
    "#]],
    );
}

#[test]
fn deep_seek_coder() {
    check(
        FimFamily::DeepSeekCoder,
        expect![[r#"
        <｜fim▁begin｜>class Cart:
            def total(self):
                ret<｜fim▁hole｜>

            def clear(self):
        <｜fim▁end｜>¦

        <｜fim▁begin｜>#shop/item.py
        def price(item)
        TAX
        #shop/rate.py
        def rate()
        #shop/cart.py
        class Cart:
            def total(self):
                ret<｜fim▁hole｜>

            def clear(self):
        <｜fim▁end｜>¦
        taken back: ""
    "#]],
    );
}

#[test]
fn codestral() {
    check(
        FimFamily::Codestral,
        expect![[r#"
        [SUFFIX]
            def clear(self):[PREFIX]class Cart:
            def total(self):
               ¦

        [SUFFIX]
            def clear(self):[PREFIX]+++++ shop/item.py
        def price(item)
        TAX

        +++++ shop/rate.py
        def rate()

        +++++ shop/cart.py
        class Cart:
            def total(self):
               ¦
        taken back: " ret"
    "#]],
    );
}

#[test]
fn code_gemma() {
    check(
        FimFamily::CodeGemma,
        expect![[r#"
        <|fim_prefix|>class Cart:
            def total(self):
                ret<|fim_suffix|>

            def clear(self):
        <|fim_middle|>¦

        shop/item.py
        def price(item)
        TAX<|file_separator|>shop/rate.py
        def rate()<|file_separator|>shop/cart.py
        <|fim_prefix|>class Cart:
            def total(self):
                ret<|fim_suffix|>

            def clear(self):
        <|fim_middle|>¦
        taken back: ""
    "#]],
    );
}

#[test]
fn granite() {
    check(
        FimFamily::Granite,
        expect![[r#"
        <fim_prefix><fim_suffix>
            def clear(self):<fim_middle>class Cart:
            def total(self):
               ¦

        <fim_prefix><fim_suffix>
            def clear(self):<fim_middle>class Cart:
            def total(self):
               ¦
        taken back: " ret"
    "#]],
    );
}

#[test]
fn tokens_of_the_family_in_the_file_are_not_tokens() {
    for family in FimFamily::ALL {
        let row = family.row();
        let users: String = [row.begin, row.between, row.end].join(" ");
        let context = at_cursor(
            &format!("a = '{users}'\nb = |\n# {users}\n"),
            &[("a.py", users.as_str()), ("b.py", "def f()")],
        );
        let own = ask(family, &at_cursor("a = ''\nb = |\n# \n", OTHERS), &mut Anchor::default());
        let asked = ask(family, &context, &mut Anchor::default());
        for token in [row.begin, row.between, row.end].map(str::trim) {
            let count = |asked: &CompletionPrompt| text(asked).matches(token).count();
            assert!(token.is_empty() || count(&asked) == count(&own), "{token}: {}", text(&asked));
        }
    }
}

/// Where the text before the cursor is last, a key changes nothing but the prompt's end.
#[test]
fn what_was_evaluated_is_kept_where_the_family_allows_it() {
    for family in FimFamily::ALL.into_iter().filter(|f| f.row().order == FimOrder::SuffixFirst) {
        let mut anchor = Anchor::default();
        let typed = "ret urn self.items";
        let mut before: Option<String> = None;
        for end in 0..typed.len() {
            let file = FILE.replace("ret|", &format!("{}|", &typed[..end]));
            let asked = ask(family, &at_cursor(&file, OTHERS), &mut anchor);
            let now = format!("{}{}", text(&asked), asked.taken_back);
            if let Some(before) = before.replace(now.clone()) {
                assert!(now.starts_with(before.trim_end()), "{before}\n---\n{now}");
            }
        }
    }
}

#[test]
fn the_plain_prompt_ends_at_the_cursor() {
    for family in FimFamily::ALL {
        let facts = facts(family);
        let budget = Budget::for_completion(&facts, None);
        let context = at_cursor(FILE, OTHERS);
        let ask = CompletionAsk { facts: &facts, context: &context, one_line: true, budget };
        let plain = completion_plain(&ask, &mut Anchor::default());
        assert!(text(&plain).contains("        ret"), "{}", text(&plain));
        assert_eq!(plain.taken_back, "");
        assert!(plain.stop.contains(&"\n".to_owned()));
        assert!(family.row().stop.iter().all(|stop| plain.stop.contains(&(*stop).to_owned())));
    }
}
