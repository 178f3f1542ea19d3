//! Answers in their place: what a parser says of the two together.

use saga_domain::{ByteOffset, Span};

use super::Opened;
use crate::{DocumentLimits, Documents, MergedSyntax};

fn merged(fixture: &str) -> MergedSyntax {
    let (doc, at) = Opened::new(fixture).cursor();
    MergedSyntax::new(&doc, at)
}

/// Each line of the answer comes after the one before; `¦` stands where the answer should end.
fn check_end(fixture: &str, answer: &str) {
    let plain = answer.replace('¦', "");
    let mut merged = merged(fixture);
    let ends = plain.match_indices('\n').map(|(at, _)| at).chain([plain.len()]);
    let found = ends.into_iter().find_map(|end| merged.scope_end(&plain[..end]));
    let shown = match found {
        Some(end) => format!("{}¦{}", &plain[..end], &plain[end..]),
        None => plain,
    };
    assert_eq!(shown, answer, "{fixture}");
}

fn check_breaks(fixture: &str, answers: &[(&str, bool)]) {
    for (answer, breaks) in answers {
        assert_eq!(merged(fixture).breaks(answer), *breaks, "{fixture}\n---\n{answer}");
    }
}

#[test]
fn a_function_ends_with_its_last_token() {
    check_end("//- /a.rs\nfn f() {$0\n", "\n    go();\n}¦\n\nfn g() {}");
    check_end("//- /a.ts\nlist.map((x) => {\n  $0", "return x;\n});\ngo();");
    check_end("//- /a.ts\nconst f = (x) => {\n  $0", "return x;\n};¦\ngo();");
    check_end("//- /a.rb\ndef total$0\n", "\n  @items.sum\nend¦\n\ndef clear\nend");
    check_end("//- /a.sh\ntotal() {$0\n", "\n  if x; then\n    y\n  fi\n}¦\ntotal");
    check_end(
        "//- /A.java\nclass A {\n    int f() {$0\n}\n",
        "\n        return 1;\n    }¦\n    int g;",
    );
    check_end(
        "//- /a.cs\nclass A {\n    int F()\n    $0\n}\n",
        "{\n        return 1;\n    }¦\n    int G;",
    );
    check_end("//- /a.rs\nfn f() {\n    $0\n}\n", "if x {\n        go();\n    }\n    stay();");
}

#[test]
fn a_bracket_of_an_expression_ends_no_function() {
    check_end(
        "//- /a.py\nclass A:\n    def pop(self):\n        $0\n",
        "got = self.items.pop()\n        counts = [1]\n        return got",
    );
}

#[test]
fn a_second_definition_is_another_matter() {
    check_end("//- /a.py\n$0\n", "def f():\n    return 1¦\ndef g():\n    return 2\n");
    check_end(
        "//- /a.py\nclass A:\n    $0\n",
        "def f(self):\n        return 1¦\n    # 둘째\n    @property\n    def g(self):\n        return 2\n",
    );
    check_end("//- /a.rs\n$0\n", "fn f() {}¦\n/// Second.\n#[inline]\nfn g() {}\n");
    check_end("//- /a.ts\n$0\n", "export function f() {\n}¦\nexport function g() {\n}");
    check_end("//- /a.go\npackage a\n\n$0\n", "func f() {\n}¦\nfunc g() {\n}");
    check_end(
        "//- /a.py\ndef f():\n    $0\n",
        "def inner():\n        return 1\n    return inner\n",
    );
    check_end("//- /a.ts\nf($0)\n", "x => x, y => y");
}

#[test]
fn new_errors_are_noticed() {
    check_breaks(
        "//- /a.py\ndef f(x):\n    $0\n    return x\n",
        &[
            ("y = x + 1", false),
            ("y = (x +", true),
            ("if x:\n        y = 1", false),
            ("else:", true),
        ],
    );
    check_breaks(
        "//- /a.rs\nfn f() {\n    $0\n}\n\nfn g() {}\n",
        &[("go();", false), ("if x {\n        go();", true), ("let = ;", true), ("}", true)],
    );
    check_breaks("//- /a.json\n{\n  $0\n}\n", &[("\"a\": 1", false), ("\"a\": ", true)]);
    check_breaks(
        "//- /a.ts\nconst x = $0;\nconst y = '`';\n",
        &[("f(1)", false), ("`abc", true), ("g(); const", false)],
    );
}

#[test]
fn half_written_code_around_is_no_reason() {
    check_breaks("//- /a.py\ndef f(x:\n    $0\n    return x\n", &[("y = x + 1", false)]);
    check_breaks("//- /a.rs\nfn f() {\n    if x {$0\n}\n", &[("\n        go();\n    }", false)]);
    check_breaks("//- /a.rs\nfn f( {\n    let a = 1;\n    $0\n", &[("let b = 2;", false)]);
    check_breaks("//- /a.ts\nfoo(bar, $0\nnext();\n", &[("baz);", false)]);
    check_breaks("//- /a.py\nclass A\n    def f(self):\n        $0\n", &[("return 1", false)]);
}

#[test]
fn without_a_tree_nothing_is_said() {
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("a", "a.py", "python", 1, "def f():\n    \n").unwrap();
    let doc = documents.get("a").unwrap();
    let mut merged = MergedSyntax::new(&doc, ByteOffset(13));
    assert_eq!((merged.scope_end("x\n"), merged.breaks("(((")), (None, false));
    let mut beyond = MergedSyntax::new(&doc, ByteOffset(999));
    assert_eq!(beyond.scope_end("x"), None);
}

#[test]
fn what_is_parsed_is_bounded() {
    let (doc, at) = Opened::new("//- /a.py\ndef f():\n    $0\n").cursor();
    let mut merged = MergedSyntax::new(&doc, at);
    let long = "x = 1\n    ".repeat(4000);
    assert!(!merged.breaks(&format!("{long}(((")));
    let asked = (0..200).filter(|_| merged.breaks("(((")).count();
    assert!((1..100).contains(&asked), "{asked}");
    assert_eq!(doc.text(Span::new(0, usize::MAX)), "def f():\n    \n", "nothing was changed");
}
