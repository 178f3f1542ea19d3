//! Answers shaped with a real parser of the file they are for, as the engine does it: a file with
//! its cursor at `$0`, an answer, and what of it is shown.

use saga_context::{DocumentLimits, Documents, MergedSyntax, cursor_place};
use saga_fixture::Fixture;
use saga_prompt::{AnswerForm, ShapeAsk, Shaped, Shaper, Syntax};

struct Parser(MergedSyntax);

impl Syntax for Parser {
    fn scope_end(&mut self, answer: &str) -> Option<usize> {
        self.0.scope_end(answer)
    }

    fn breaks(&mut self, answer: &str) -> bool {
        self.0.breaks(answer)
    }
}

fn shape(fixture: &str, pieces: impl Iterator<Item = String>) -> Shaped {
    let fixture = Fixture::parse(fixture);
    let (file, at) = fixture.cursor();
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("u", &file.path, file.language_id(), 1, &file.text).expect("a document");
    if let Some(job) = documents.parse_job("u") {
        documents.adopt(job.run());
    }
    let document = documents.get("u").expect("it is open");
    let place = cursor_place(&document, at);
    let (prefix, suffix) = file.text.split_at(at.0);
    let mut shaper = Shaper::new(ShapeAsk {
        prefix,
        suffix,
        taken_back: "",
        form: AnswerForm::Continues,
        one_line: place.one_line(),
        language: file.language_id(),
        in_prose: place.in_prose || place.in_comment,
        syntax: Some(Box::new(Parser(MergedSyntax::new(&document, at)))),
    });
    for piece in pieces {
        let shaped = shaper.push(&piece);
        if shaped.stop.is_some() {
            return shaped;
        }
    }
    shaper.finish()
}

/// What is shown, and the name of the reason when something is not.
fn check(fixture: &str, answer: &str, expected: (&str, Option<&str>)) {
    let whole = shape(fixture, std::iter::once(answer.to_owned()));
    let by_character = shape(fixture, answer.chars().map(String::from));
    assert_eq!(whole, by_character, "{fixture}\n---\n{answer}");
    assert_eq!((whole.text.as_str(), whole.dropped()), expected, "{fixture}\n---\n{answer}");
}

#[test]
fn the_function_ends_the_answer() {
    check(
        "//- /a.py\ndef f(x):\n    $0\n",
        "if x:\n        return 1\n    return 2\n\n\ndef g():\n    pass\n",
        ("if x:\n        return 1\n    return 2", None),
    );
    check("//- /a.rs\nfn f() {$0\n", "\n    go();\n}\nfn g() {\n}\n", ("\n    go();\n}", None));
    check(
        "//- /A.java\nclass A {\n    int f()\n    {$0\n}\n",
        "\n        return 1;\n    }\n    int g() { return 2; }\n",
        ("\n        return 1;\n    }", None),
    );
    check(
        "//- /a.rb\nclass Cart\n  def total$0\nend\n",
        "\n    @items.sum do |item|\n      item.price\n    end\n  end\n  def clear\n  end\n",
        ("\n    @items.sum do |item|\n      item.price\n    end\n  end", None),
    );
    check(
        "//- /a.sh\ntotal() {$0\n",
        "\n  case $1 in\n    a) echo 1 ;;\n  esac\n}\ntotal a\n",
        ("\n  case $1 in\n    a) echo 1 ;;\n  esac\n}", None),
    );
}

#[test]
fn a_second_definition_ends_it() {
    check(
        "//- /a.ts\nclass Cart {\n  $0\n}\n",
        "total() {\n    return 1;\n  }\n  // 비운다\n  clear() {\n    this.items = [];\n  }\n",
        ("total() {\n    return 1;\n  }", None),
    );
    check(
        "//- /a.go\npackage a\n\n$0\n",
        "func f() int {\n\treturn 1\n}\nfunc g() {\n}\n",
        ("func f() int {\n\treturn 1\n}", None),
    );
}

#[test]
fn what_would_break_the_file_is_not_shown() {
    let broken = Some("breaks_syntax");
    check("//- /a.py\ndef f(x):\n    $0\n    return x\n", "y = (x +", ("", broken));
    check(
        "//- /a.py\ndef f(x):\n    $0\n    return x\n",
        "y = x + 1\n    z = (y +",
        ("y = x + 1", broken),
    );
    check("//- /a.json\n{\n  $0\n}\n", "\"b\": [1, 2],\n  \"c\":", ("", broken));
    check("//- /a.rs\nfn f() {\n    let x = $0;\n    g(x);\n}\n", "vec![1, 2", ("", broken));
}

#[test]
fn half_written_files_get_answers() {
    check("//- /a.py\ndef f(x:\n    $0\n", "return x + 1\n", ("return x + 1", None));
    check("//- /a.ts\nfunction f( {\n  $0\n", "return 1;\n", ("return 1;", None));
    check("//- /a.rs\nfn f() {\n    if x$0\n", " {\n        go();\n    }\n", (" {", None));
    check("//- /a.py\nx = foo($0\n", "a, b)\n", ("a, b)", None));
    check("//- /a.py\nfor item in $0\n", "items:\n    go()\n", ("items:", None));
    check("//- /a.cpp\nint f() {\n  std::vector<int> v$0\n}\n", "{1, 2};\n", ("{1, 2};", None));
}

#[test]
fn text_for_people_is_left_alone() {
    check(
        "//- /a.py\ndef f(x):\n    # $0\n    return x\n",
        "값을 그대로 (바꾸지 않고 돌려준다\n",
        ("값을 그대로 (바꾸지 않고 돌려준다", None),
    );
    check(
        "//- /a.md\n# 제목\n\n$0\n",
        "사용법은 (아래와 같다.\n",
        ("사용법은 (아래와 같다.", None),
    );
}
