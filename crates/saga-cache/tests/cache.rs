//! What a user does after a suggestion was shown, and whether the cache still knows it.

use proptest::prelude::*;
use saga_cache::{CacheLimits, CompletionCache, Hit, Place};

const LIMITS: CacheLimits = CacheLimits { entries_max: 100, bytes_max: 1 << 20 };

/// A place from a text with its cursor at `|`.
fn place(text: &str) -> Place<'_> {
    let (prefix, suffix) = text.split_once('|').expect("a cursor");
    Place { uri: "file:///a.py", prefix, suffix }
}

/// A place at the end of a text.
fn alone(prefix: &str) -> Place<'_> {
    Place { uri: "u", prefix, suffix: "" }
}

fn cache_with(asked: &str, text: &str) -> CompletionCache {
    let mut cache = CompletionCache::new(LIMITS);
    cache.insert(&place(asked), text);
    cache
}

/// Each step is a text with its cursor and what is still suggested there.
fn check(asked: &str, text: &str, steps: &[(&str, Option<&str>)]) {
    let mut cache = cache_with(asked, text);
    for (now, expected) in steps {
        let hit = cache.lookup(&place(now)).map(|hit| hit.text);
        assert_eq!(hit.as_deref(), *expected, "{now}");
    }
}

#[test]
fn typing_along_deleting_back_and_accepting_a_word() {
    check(
        "import os\n\ndef f():\n    ret|\n",
        "urn os.getcwd()",
        &[
            ("import os\n\ndef f():\n    ret|\n", Some("urn os.getcwd()")),
            ("import os\n\ndef f():\n    retu|\n", Some("rn os.getcwd()")),
            ("import os\n\ndef f():\n    return |\n", Some("os.getcwd()")),
            ("import os\n\ndef f():\n    return os|\n", Some(".getcwd()")),
            ("import os\n\ndef f():\n    re|\n", Some("turn os.getcwd()")),
            ("import os\n\ndef f():\n    rx|\n", None),
            ("import os\n\ndef f():\n    return os.getcwd()|\n", None),
            ("import os\n\ndef f():\n    ret|\n", Some("urn os.getcwd()")),
        ],
    );
}

#[test]
fn typing_along_across_lines() {
    check(
        "def f(x):\n    if x:|\n",
        "\n        return 1\n\n    return 2",
        &[
            ("def f(x):\n    if x:\n        |\n", Some("return 1\n\n    return 2")),
            ("def f(x):\n    if x:\n        return 1\n    |\n", Some("\n    return 2")),
            ("def f(x):\n    if x:\n        return 1\n    \n    ret|\n", Some("urn 2")),
            ("def f(x):\n    if x:\n        return 1\n\n    return |\n", Some("2")),
        ],
    );
}

#[test]
fn another_place_is_another_place() {
    check(
        "def f():\n    x = |\n",
        "1",
        &[
            ("def g():\n    x = |\n", None),
            ("def f():\n    x = |y\n", None),
            ("def f():\n    x = |\nmore = 2", None),
            ("def f():\n    x = |\n\n", Some("1")),
        ],
    );
    let mut cache = cache_with("x = |", "1");
    assert_eq!(cache.lookup(&Place { uri: "file:///b.py", ..place("x = |") }), None);
}

#[test]
fn what_the_editor_closed_is_not_suggested_again() {
    check(
        "x = foo|\n",
        "(bar(a), \"b\")[0]",
        &[
            ("x = foo(|)\n", Some("bar(a), \"b\"")),
            ("x = foo(bar(|))\n", Some("a")),
            ("x = foo(bar(a|))\n", Some("), \"b\")[0]")),
            ("x = foo(bar(a), \"|\")\n", Some("b")),
            ("x = foo(bar(a), \"b\")|\n", Some("[0]")),
            ("x = foo(|]\n", None),
        ],
    );
}

#[test]
fn what_follows_decides_the_rest_of_the_file_does_not() {
    check(
        "a = 1\nx = |\n\ny = x\nz = 3\n",
        "compute(a)\n",
        &[
            ("a = 1\nx = com|\n\ny = x\nz = 3\n", Some("pute(a)")),
            ("a = 1\nx = com|\ny = x\nz = 4\nmore()\n", Some("pute(a)")),
            ("a = 1\nx = com|\n\ny = x + 1\nz = 3\n", None),
            ("a = 1\nx = com| + y\n\ny = x\n", None),
            ("a = 1\nx = com|  \n\n  y = x\n", Some("pute(a)")),
        ],
    );
    check(
        "x = f(|, y)\nnext()\n",
        "a, b",
        &[
            ("x = f(a|, y)\nnext()\n", Some(", b")),
            ("x = f(a|, z)\nnext()\n", None),
            ("x = f(a|)\nnext()\n", None),
            ("x = f(|, y)\nother()\n", Some("a, b")),
        ],
    );
}

#[test]
fn a_bracket_that_a_new_line_pushes_down_changes_nothing() {
    check(
        "fn f() {|}\n\nfn g() {}\n",
        "\n    go();\n    stop();\n",
        &[
            ("fn f() {\n    |\n}\n\nfn g() {}\n", Some("go();\n    stop();")),
            ("fn f() {\n    go();\n    st|\n}\n\nfn g() {}\n", Some("op();")),
            ("fn f() {\n    go();\n    |\n}\n\nfn g() {}\n", Some("stop();")),
        ],
    );
    check(
        "|\n\nfn g() {}\n",
        "fn f() {\n    if x {\n        go();\n    }\n    stop();\n}",
        &[
            (
                "fn f() {|}\n\nfn g() {}\n",
                Some("\n    if x {\n        go();\n    }\n    stop();\n"),
            ),
            ("fn f() {\n    if x {\n        |\n    }\n}\n\nfn g() {}\n", Some("go();")),
            ("fn f() {\n    if x {\n        go();|\n    }\n}\n\nfn g() {}\n", None),
            (
                "fn f() {\n    if x {\n        go();\n    }\n    |\n}\n\nfn g() {}\n",
                Some("stop();"),
            ),
            ("fn f() {\n    if x {\n        |\n    }\n}\n\nfn h() {}\n", None),
        ],
    );
}

#[test]
fn going_away_and_coming_back_and_undo() {
    let asked = "def f():\n    total = |\n    return total\n";
    let mut cache = cache_with(asked, "sum(prices)");
    let elsewhere = "def f():\n    total = \n    return total|\n";
    assert_eq!(cache.lookup(&place(elsewhere)), None);
    for (now, expected) in [
        (asked, Some("sum(prices)")),
        ("def f():\n    total = sum(prices)|\n    return total\n", None),
        ("def f():\n    total = sum|\n    return total\n", Some("(prices)")),
        (asked, Some("sum(prices)")),
        ("# above\ndef f():\n    total = |\n    return total\n", None),
        (asked, Some("sum(prices)")),
    ] {
        assert_eq!(cache.lookup(&place(now)).map(|hit| hit.text).as_deref(), expected, "{now}");
    }
}

#[test]
fn what_comes_behind_a_bracket_that_the_editor_closed() {
    let mut cache = cache_with("def f|\n", "(a):\n    return [a]");
    for (now, text, forward) in [
        ("def f(|)\n", "a", 0),
        ("def f(a|)\n", "):\n    return [a]", 1),
        ("def f(a)|\n", ":\n    return [a]", 0),
        ("def f(a):\n    return [a|]\n", "", 0),
    ] {
        let hit = cache.lookup(&place(now)).map(|hit| (hit.text, hit.replace_forward_bytes));
        assert_eq!(hit, Some((text.to_owned(), forward)).filter(|hit| !hit.0.is_empty()), "{now}");
    }
}

#[test]
fn the_newest_of_two_that_fit() {
    let mut cache = cache_with("x = |", "compute(a)");
    cache.insert(&place("x = com|"), "pare(b)");
    assert_eq!(cache.lookup(&place("x = com|")).map(|hit| hit.text), Some("pare(b)".to_owned()));
    assert_eq!(cache.lookup(&place("x = |")).map(|hit| hit.text), Some("compare(b)".to_owned()));
    assert_eq!(cache.lookup(&place("x = compu|")).map(|hit| hit.text), Some("te(a)".to_owned()));
}

#[test]
fn a_syllable_under_composition_keeps_the_suggestion() {
    let mut cache = cache_with("# |\n", "사용자 이름");
    for (typed, text, replace_back) in [
        ("ㅅ", "사용자 이름", "ㅅ"),
        ("사", "용자 이름", ""),
        ("상", "사용자 이름", "상"),
        ("사요", "용자 이름", "요"),
        ("사용", "자 이름", ""),
        ("사용ㅈ", "자 이름", "ㅈ"),
        ("사용자", " 이름", ""),
    ] {
        let hit = cache.lookup(&place(&format!("# {typed}|\n")));
        let expected = Hit {
            text: text.to_owned(),
            replace_back_bytes: replace_back.len(),
            replace_forward_bytes: 0,
        };
        assert_eq!(hit, Some(expected), "{typed}");
    }
    for typed in ["산", "ㅏ", "사ㅈ", "사용자이", "사욪", "ㅆ"] {
        assert_eq!(cache.lookup(&place(&format!("# {typed}|\n"))), None, "{typed}");
    }
}

#[test]
fn only_the_tail_of_a_long_text_is_needed() {
    let long: String = (0..2000).map(|n| format!("line_{n} = {n}\n")).collect();
    let asked = format!("{long}x = |\n");
    let mut cache = cache_with(&asked, "1\ny = 2\nz = 3");
    let typed = format!("{long}x = 1\ny = |\n");
    let tail = &typed[typed.len() - 5000..];
    assert_eq!(cache.lookup(&place(&typed)).map(|hit| hit.text), Some("2\nz = 3".to_owned()));
    assert_eq!(cache.lookup(&place(tail)).map(|hit| hit.text), Some("2\nz = 3".to_owned()));
}

#[test]
fn limits_hold_and_the_oldest_go_first() {
    let limits = CacheLimits { entries_max: 3, bytes_max: 4096 };
    let mut cache = CompletionCache::new(limits);
    let line = |n: usize| format!("a{n}\nx = |");
    for n in 0..4 {
        cache.insert(&place(&line(n)), "1");
    }
    let known = |cache: &mut CompletionCache, n| cache.lookup(&place(&line(n))).is_some();
    assert_eq!([0, 1, 2, 3].map(|n| known(&mut cache, n)), [false, true, true, true]);
    for n in 0..50 {
        cache.insert(&place(&line(n)), &"y".repeat(900));
        assert!(cache.bytes() <= limits.bytes_max);
    }
    assert!(known(&mut cache, 49));
    cache.insert(&place(&line(49)), &"z".repeat(5000));
    assert!(known(&mut cache, 49), "what is too long is not kept, and costs nothing");
    cache.clear();
    assert_eq!((cache.bytes(), known(&mut cache, 49)), (0, false));
}

#[test]
fn nothing_is_kept_when_nothing_may_be() {
    let mut cache = CompletionCache::new(CacheLimits { entries_max: 0, bytes_max: 0 });
    cache.insert(&place("x|"), "y");
    assert_eq!((cache.bytes(), cache.lookup(&place("x|"))), (0, None));
}

fn code() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "return",
        " ",
        "x",
        "사용자",
        "이름",
        "(a, b)",
        "🎉",
        "e\u{301}",
        "\n",
        "\n    ",
        "if x:",
        ".",
        "값",
    ]);
    prop::collection::vec(piece, 1..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_right_key_hits(before in code(), text in code()) {
        let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        let text = text.trim_end();
        prop_assume!(!text.is_empty());
        let mut cache = cache_with(&format!("{before}|"), text);
        for (at, _) in text.char_indices() {
            let now = format!("{before}{}|", &text[..at]);
            let hit = cache.lookup(&place(&now));
            let expected = Hit { text: text[at..].to_owned(), replace_back_bytes: 0, replace_forward_bytes: 0 };
            prop_assert_eq!(hit, Some(expected), "{:?}", now);
        }
    }

    #[test]
    fn any_place_is_looked_up(
        inserted in prop::collection::vec((code(), code()), 0..8),
        asked in code(), rest in "[)\\]}\"'x ]{0,6}",
    ) {
        let mut cache = CompletionCache::new(LIMITS);
        for (before, text) in &inserted {
            cache.insert(&alone(before), text);
        }
        if let Some(hit) = cache.lookup(&Place { suffix: &rest, ..alone(&asked) }) {
            prop_assert!(!hit.text.is_empty());
            prop_assert!(asked.is_char_boundary(asked.len() - hit.replace_back_bytes));
        }
    }
}
