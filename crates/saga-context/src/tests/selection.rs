//! What a selection is grown to, and what stands around it.

use expect_test::{Expect, expect};
use saga_domain::Span;

use super::Opened;
use crate::{Snapshot, enclosing_definition, end_of_tests, selection_to_edit, with_heading};

fn check(fixture: &str, expected: Expect) {
    let opened = Opened::new(fixture);
    let (doc, selection) = opened.selection();
    expected.assert_eq(&marked(&doc, Some(selection_to_edit(&doc, selection))));
}

fn check_definition(fixture: &str, expected: Expect) {
    let opened = Opened::new(fixture);
    let (doc, selection) = opened.selection();
    expected.assert_eq(&marked(&doc, enclosing_definition(&doc, selection)));
}

/// The text between the first and last line touched, with the span in `⟦⟧`.
fn marked(doc: &Snapshot, span: Option<Span>) -> String {
    let Some(span) = span else { return "nothing".to_owned() };
    format!("⟦{}⟧", doc.text(span))
}

#[test]
fn inside_one_line_it_grows_to_what_it_cuts() {
    check("//- /a.py\nx = compute($0a + b$0)\n", expect!["⟦a + b⟧"]);
    check("//- /a.py\nx = com$0pute(a + b)$0\n", expect!["⟦compute(a + b)⟧"]);
    check("//- /a.py\nx = fir$0st + sec$0ond\n", expect!["⟦first + second⟧"]);
    check("//- /a.py\nx =$0 first $0+ second\n", expect!["⟦first⟧"]);
    check("//- /a.zig\nconst x = fir$0st + sec$0ond\n", expect!["⟦st + sec⟧"]);
}

#[test]
fn over_lines_it_grows_to_whole_lines() {
    check(
        "//- /a.py\ndef f():\n    a$0 = 1\n    b = 2\n    c =$0 3\n    d = 4\n",
        expect![[r#"
            ⟦    a = 1
                b = 2
                c = 3⟧"#]],
    );
    check(
        "//- /a.zig\none\ntw$0o\nthree\n$0four\n",
        expect![[r#"
        ⟦two
        three⟧"#]],
    );
}

#[test]
fn a_cut_statement_is_taken_whole() {
    check(
        "//- /a.ts\nfunction f() {\n  one()\n  if$0 (a) {\n    b()$0\n    c()\n  }\n  d()\n}\n",
        expect![[r#"
            ⟦  if (a) {
                b()
                c()
              }⟧"#]],
    );
    check(
        "//- /a.rs\nfn f($0a: u8) {\n    a + 1$0;\n    2\n}\nfn g() {}\n",
        expect![[r#"
        ⟦fn f(a: u8) {
            a + 1;
            2
        }⟧"#]],
    );
}

#[test]
fn a_large_definition_is_not_swallowed() {
    let body = "    a = 1\n".repeat(100);
    check(
        &format!("//- /a.py\nclass A:\n    $0x = 1\n    y =$0 2\n{body}"),
        expect![[r#"
        ⟦    x = 1
            y = 2⟧"#]],
    );
    let swallowed = format!("//- /a.py\nz = 0\n$0class A:\n    x =$0 1\n{body}");
    check(
        &swallowed,
        expect![[r#"
        ⟦class A:
            x = 1⟧"#]],
    );
}

#[test]
fn broken_code_grows_to_lines() {
    check(
        "//- /a.py\ndef f(:\n  x = $0(\n  y = ]$0\n  z\n",
        expect![[r#"
        ⟦  x = (
          y = ]⟧"#]],
    );
}

#[test]
fn nothing_selected_stays_nothing() {
    check("//- /a.py\nx = $0 $01\n", expect!["⟦ ⟧"]);
    check("//- /a.py\n$0$0", expect!["⟦⟧"]);
}

#[test]
fn the_definition_around_a_fault() {
    let rust =
        "//- /a.rs\nimpl A {\n    fn f(&self) {\n        let x = y$0;\n    }\n\n    fn g() {}\n}\n";
    check_definition(
        rust,
        expect![[r#"
        ⟦    fn f(&self) {
                let x = y;
            }⟧"#]],
    );
    let python = "//- /a.py\nclass A:\n    def f(self):\n        if a:\n            $0b()$0\n        return 1\n\n    def g(self):\n        pass\n";
    check_definition(
        python,
        expect![[r#"
        ⟦    def f(self):
                if a:
                    b()
                return 1⟧"#]],
    );
    let typescript =
        "//- /a.ts\nexport const f = (a: number) => {\n  return a.$0foo$0\n}\nconst x = 1\n";
    check_definition(
        typescript,
        expect![[r#"
        ⟦export const f = (a: number) => {
          return a.foo
        }⟧"#]],
    );
    let interface = "//- /a.ts\ninterface A {\n  b: $0Strin$0g\n}\n";
    check_definition(
        interface,
        expect![[r#"
        ⟦interface A {
          b: String
        }⟧"#]],
    );
    check_definition("//- /a.py\nx = $0y$0\n", expect!["nothing"]);
    check_definition("//- /a.zig\nfn f() { $0 }\n", expect!["nothing"]);
    let large = format!("//- /a.py\ndef f():\n    $0a = 1\n{}", "    a = 1\n".repeat(2000));
    check_definition(&large, expect!["nothing"]);
}

#[test]
fn whole_lines_that_cut_what_comes_next_take_it_too() {
    check(
        "//- /a.ts\nrun($0a, () => {\n  x();\n})$0; go(() => {\n  y();\n});\nz();\n",
        expect![[r#"
            ⟦run(a, () => {
              x();
            }); go(() => {
              y();
            });⟧"#]],
    );
}

#[test]
fn what_a_selection_cuts_is_taken_whole_in_every_language() {
    for (fixture, taken) in [
        ("//- /a.go\nfunc f() {\n\ti$0f a {\n\t\tb()$0\n\t}\n\tc()\n}\n", "\tif a {\n\t\tb()\n\t}"),
        (
            "//- /A.java\nclass A {\n  void f() {\n    for$0 (;;) {\n      b()$0;\n    }\n  }\n}\n",
            "    for (;;) {\n      b();\n    }",
        ),
        (
            "//- /a.kt\nfun f() {\n  whi$0le (a) {\n    b()$0\n  }\n}\n",
            "  while (a) {\n    b()\n  }",
        ),
        ("//- /a.cpp\nvoid f() {\n  i$0f (a) {\n    b();$0\n  }\n}\n", "  if (a) {\n    b();\n  }"),
        (
            "//- /a.cs\nclass A {\n  void F() {\n    i$0f (a) {\n      B()$0;\n    }\n  }\n}\n",
            "    if (a) {\n      B();\n    }",
        ),
        ("//- /a.rb\ndef f\n  i$0f a\n    b$0\n  end\nend\n", "  if a\n    b\n  end"),
        ("//- /a.swift\nfunc f() {\n  i$0f a {\n    b()$0\n  }\n}\n", "  if a {\n    b()\n  }"),
        (
            "//- /a.php\n<?php\nfunction f() {\n  i$0f ($a) {\n    b()$0;\n  }\n}\n",
            "  if ($a) {\n    b();\n  }",
        ),
        (
            "//- /a.json\n{\n  \"a\": {\n    \"$0b\": [\n      1$0\n    ]\n  }\n}\n",
            "    \"b\": [\n      1\n    ]",
        ),
        (
            "//- /a.py\ndef 합계(항목):\n    f$0or 값 in 항목:\n        더하기$0(값)\n        print(값)\n",
            "    for 값 in 항목:\n        더하기(값)\n        print(값)",
        ),
    ] {
        let (doc, selection) = Opened::new(fixture).selection();
        assert_eq!(doc.text(selection_to_edit(&doc, selection)), taken, "{fixture}");
    }
}

#[test]
fn what_stands_right_above_a_definition_belongs_to_it() {
    for (fixture, taken) in [
        (
            "//- /a.rs\nstruct B;\n\n/// 하나.\n#[inline]\n$0fn f() {}$0\n",
            "/// 하나.\n#[inline]\nfn f() {}",
        ),
        (
            "//- /a.ts\n/**\n * One.\n */\n$0function f() {}$0\n",
            "/**\n * One.\n */\nfunction f() {}",
        ),
        ("//- /a.py\nx = 1\n@cached\n$0def f(): pass$0\n", "@cached\ndef f(): pass"),
        ("//- /a.py\nx = 1\n\n$0def f(): pass$0\n", "def f(): pass"),
    ] {
        let (doc, selection) = Opened::new(fixture).selection();
        assert_eq!(doc.text(with_heading(&doc, selection)), taken, "{fixture}");
    }
}

#[test]
fn tests_end_where_what_holds_them_is_closed() {
    for (fixture, rest) in [
        ("//- /a.rs\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n$0", Some("}\n")),
        ("//- /ATest.java\nclass ATest {\n  void g() {}\n}\n$0", Some("}\n")),
        ("//- /a.rs\nmod other {\n}\n$0", None),
        ("//- /a.rs\nmod tests {\n}\nfn f() {}\n$0", None),
        ("//- /a_test.go\nfunc TestA(t *testing.T) {\n}\n$0", None),
        ("//- /test_a.py\nclass TestA:\n    pass\n$0", None),
        ("//- /A.java\nclass A {$0", None),
        ("//- /a.txt\n$0", None),
    ] {
        let (doc, _) = Opened::new(fixture).cursor();
        let found = end_of_tests(&doc).map(|at| doc.rope().byte_slice(at.0..).to_string());
        assert_eq!(found.as_deref(), rest, "{fixture}");
    }
}
