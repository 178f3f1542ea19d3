//! Where a cursor stands.

use expect_test::{Expect, expect};
use saga_domain::ByteOffset;

use super::Opened;
use crate::{DocumentLimits, Documents, Snapshot, cursor_place};

/// Checks with a tree, and that the guess without one is the same.
fn check(fixture: &str, expected: Expect) {
    let opened = Opened::new(fixture);
    let (doc, at) = opened.cursor();
    let described = describe(&doc, at);
    expected.assert_eq(&described);
    let mut documents = Documents::new(DocumentLimits::USUAL);
    let text = doc.text(saga_domain::Span::new(0, usize::MAX));
    documents.open("a", "a", doc.language_id(), 1, &text).unwrap();
    assert_eq!(describe(&documents.get("a").unwrap(), at), described, "without a tree");
}

fn check_with_tree(fixture: &str, expected: Expect) {
    let opened = Opened::new(fixture);
    let (doc, at) = opened.cursor();
    expected.assert_eq(&describe(&doc, at));
}

fn describe(doc: &Snapshot, at: ByteOffset) -> String {
    let place = cursor_place(doc, at);
    let mut words = Vec::new();
    let mut say = |is: bool, word: &'static str| words.extend(is.then_some(word));
    say(place.in_comment, "comment");
    say(place.in_string, "string");
    say(place.opened_empty_block, "empty block");
    say(place.line_is_blank_before(), "blank before");
    say(place.one_line(), "one line");
    say(!place.one_line(), "block");
    words.join(", ")
}

#[test]
fn line_starts_and_ends() {
    check("//- /a.py\ndef f(a):\n    $0\n", expect!["empty block, blank before, block"]);
    check("//- /a.py\ndef f(a):$0\n", expect!["empty block, block"]);
    check("//- /a.py\ndef f(a):\n    $0\n    return 1\n", expect!["blank before, block"]);
    check("//- /a.py\nx = $0\n", expect!["one line"]);
    check("//- /a.py\nx = max($0, 2)\n", expect!["one line"]);
    check("//- /a.rs\nfn f() {$0}\n", expect!["empty block, block"]);
    check("//- /a.rs\nfn f() {\n    $0\n}\n", expect!["empty block, blank before, block"]);
    check("//- /a.rs\nfn f() {$0\n    a();\n}\n", expect!["one line"]);
    check("//- /a.ts\nfoo($0)\n", expect!["one line"]);
    check("//- /a.ts\nfoo($0);\n", expect!["one line"]);
    check("//- /a.zig\nfn f() void {\n    $0\n}", expect!["empty block, blank before, block"]);
    check("//- /a.py\ndef f(\n    a,\n):\n    $0\n", expect!["empty block, blank before, block"]);
    check("//- /a.py\nx = {\n    'a':$0\n}\n", expect!["one line"]);
    check("//- /a.ts\nlist.map((x) => {$0})\n", expect!["empty block, block"]);
    check("//- /a.py\n$0", expect!["blank before, block"]);
}

#[test]
fn comments_and_strings() {
    check("//- /a.py\nx = 1  # and $0\n", expect!["comment, one line"]);
    check("//- /a.py\nx = 'and $0'\n", expect!["string, one line"]);
    check("//- /a.py\nx = 'and' $0\n", expect!["one line"]);
    check("//- /a.py\nx = 'it\\'s # no $0 comment'\n", expect!["string, one line"]);
    check("//- /a.py\nx = '한글 $0\n", expect!["string, one line"]);
    check("//- /a.ts\nconst url = 'http://$0'\n", expect!["string, one line"]);
    check("//- /a.ts\nfoo() // 주석 $0", expect!["comment, one line"]);
    check("//- /a.py\nx = f'{a.$0}'\n", expect!["one line"]);
    check("//- /a.ts\nx = `${a.$0\n", expect!["one line"]);
    check("//- /a.rs\nfn f<'a>(x: &'a str) { x.len($0) }\n", expect!["one line"]);
    check("//- /a.rs\n/// Doc $0\nfn f() {}\n", expect!["comment, one line"]);
    check("//- /a.rs\n/// Doc\n$0fn f() {}\n", expect!["blank before, one line"]);
    check("//- /a.rs\nlet x = \"a $0\n", expect!["string, one line"]);
}

#[test]
fn what_only_a_tree_can_tell() {
    check_with_tree(
        "//- /a.py\ndef f():\n    '''Doc.\n\n    More $0\n    '''\n",
        expect!["string, one line"],
    );
    check_with_tree("//- /a.py\nx = f'{a + $0}'\n", expect!["one line"]);
    check_with_tree("//- /a.ts\nconst x = `a ${b.$0} c`\n", expect!["one line"]);
    check_with_tree(
        "//- /a.ts\nconst x = `a\n $0 ${b} c`\n",
        expect!["string, blank before, one line"],
    );
    check_with_tree("//- /a.ts\n/* one\n   two $0\n */\n", expect!["comment, one line"]);
    check_with_tree("//- /a.ts\n/* done */$0\n", expect!["one line"]);
    check_with_tree("//- /a.rs\nlet x = r#\"a\n \"b\" $0\n\"#;\n", expect!["string, one line"]);
}
