//! Completion prompts by the place of the cursor, with the template of Llama 3.

use expect_test::{Expect, expect};
use saga_domain::{Context, Fim, ModelFacts, Prompt, TemplateFamily};
use saga_prompt::{Anchor, Budget, CompletionAsk, completion};

/// The question, the opened answer, and what the answer must begin with.
fn check(path: &str, language: &str, file: &str, expect: Expect) {
    let (prefix, suffix) = file.split_once('|').expect("a cursor");
    let context = Context {
        path: path.to_owned(),
        language: language.to_owned(),
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        ..Context::default()
    };
    let facts = ModelFacts {
        name: "any".to_owned(),
        template: TemplateFamily::Llama3,
        fim: Fim::None,
        context_tokens: 8192,
    };
    let budget = Budget::for_completion(&facts, None);
    let ask = CompletionAsk { facts: &facts, context: &context, one_line: false, budget };
    let asked = completion(&ask, &mut Anchor::default());
    let Prompt::Raw(prompt) = asked.prompt else { panic!("not prefilled") };
    let question = prompt.split_once("user<|end_header_id|>\n\n").expect("the question").1;
    expect.assert_eq(&format!("{question}¦\ntaken back: {:?}\n", asked.taken_back));
}

#[test]
fn in_the_middle_of_a_line_its_rest_is_told() {
    check(
        "shop/cart.py",
        "python",
        "total = add(price, |, rate)\nprint(total)\n",
        expect![[r#"
            This stands after the cursor in shop/cart.py:
            ```python
            , rate)
            print(total)
            ```

            Write the code of shop/cart.py that comes before it.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```python
            total = add(price,¦
            taken back: " "
        "#]],
    );
}

#[test]
fn in_the_middle_of_a_word_the_word_is_taken_back() {
    check(
        "shop/cart.py",
        "python",
        "customer_name = ask()\nprint(custo|)\n",
        expect![[r#"
            Write the code of shop/cart.py.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```python
            customer_name = ask()
            print¦
            taken back: "(custo"
        "#]],
    );
}

#[test]
fn in_a_comment() {
    check(
        "src/round.rs",
        "rust",
        "// Rounds to the next |\nfn round() {}\n",
        expect![[r#"
            This stands after the cursor in src/round.rs:
            ```rust
            fn round() {}
            ```

            Write the code of src/round.rs that comes before it.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```rust
            // Rounds to the next¦
            taken back: " "
        "#]],
    );
}

#[test]
fn in_a_string() {
    check(
        "src/hello.ts",
        "typescript",
        "const greeting = \"Hello, |\";\n",
        expect![[r#"
            Write the code of src/hello.ts.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```typescript
            const greeting = "Hello,¦
            taken back: " "
        "#]],
    );
}

#[test]
fn in_a_docstring() {
    check(
        "shop/cart.py",
        "python",
        "def net(price, rate):\n    \"\"\"Takes the |\n    \"\"\"\n    return price\n",
        expect![[r#"
            This stands after the cursor in shop/cart.py:
            ```python
                """
                return price
            ```

            Write the code of shop/cart.py that comes before it.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```python
            def net(price, rate):
                """Takes the¦
            taken back: " "
        "#]],
    );
}

#[test]
fn at_the_start_of_a_file() {
    check(
        "shop/cart.py",
        "python",
        "|def main():\n    run()\n",
        expect![[r#"
            This stands after the cursor in shop/cart.py:
            ```python
            def main():
                run()
            ```

            Write the code of shop/cart.py that comes before it.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```python
            ¦
            taken back: ""
        "#]],
    );
    check(
        "shop/cart.py",
        "python",
        "|",
        expect![[r#"
            Write the code of shop/cart.py.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```python
            ¦
            taken back: ""
        "#]],
    );
}

#[test]
fn in_a_korean_sentence() {
    check(
        "docs/orders.md",
        "markdown",
        "# 주문\n\n사용자가 주문을 취소하면 재고를 다|\n",
        expect![[r#"
            Write the code of docs/orders.md.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```markdown
            # 주문

            사용자가 주문을 취소하면 재고를¦
            taken back: " 다"
        "#]],
    );
}

#[test]
fn in_a_korean_comment_with_half_a_syllable() {
    check(
        "shop/cart.py",
        "python",
        "# 사용자의 주문을 합산한ㄷ|\ndef total(): ...\n",
        expect![[r#"
            This stands after the cursor in shop/cart.py:
            ```python
            def total(): ...
            ```

            Write the code of shop/cart.py that comes before it.<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            ```python
            # 사용자의 주문을¦
            taken back: " 합산한ㄷ"
        "#]],
    );
}
