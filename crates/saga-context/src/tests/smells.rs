//! Files in, what is said of them out.

mod again;
mod languages;
mod left_alone;

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use saga_fixture::Fixture;

use super::Opened;
use crate::{Reading, Rule, SmellLimits};

/// One line a smell: where, which rule, what about, how much of how much.
fn told(fixture: &str, rules: &[Rule]) -> String {
    let opened = Opened::from(Fixture::parse(fixture));
    let limits = SmellLimits { function_lines_max: 6, nesting_max: 2, parameters_max: 3 };
    let mut told = String::new();
    for file in &opened.fixture.files {
        let snapshot = opened.snapshot(file);
        let reading = Reading::of(&snapshot, None);
        for smell in reading.map_or_else(Vec::new, |reading| reading.smells(rules, limits)) {
            let line = file.text[..smell.shown.start].matches('\n').count() + 1;
            let shown = file.text[smell.shown.clone()].trim();
            let _ = write!(told, "{}:{line} {} `{shown}`", file.path, smell.rule.name());
            let _ = smell.name.filter(|name| name != shown).map(|name| write!(told, " {name}"));
            let _ = smell.value.map(|value| write!(told, " {value}"));
            let _ = smell.limit.map(|limit| write!(told, " of {limit}"));
            let _ = smell.style.map(|style| write!(told, " {style}"));
            told.push('\n');
        }
    }
    told
}

fn check(rules: &[Rule], fixture: &str, expected: Expect) {
    expected.assert_eq(&told(fixture, rules));
}

#[test]
fn every_query_can_be_read() {
    assert_eq!(crate::smells::broken(), [] as [&str; 0]);
}

#[test]
fn names_of_rules_are_stable() {
    let names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    expect!["duplicate_branch deep_nesting long_function todo_body many_parameters unused_import magic_number missing_docs file_style"].assert_eq(&names.join(" "));
    assert!(Rule::ALL.iter().all(|rule| Rule::from_name(rule.name()) == Some(*rule)));
    assert_eq!(Rule::from_name("taste"), None);
}

#[test]
fn comments_blank_lines_and_tables_do_not_make_a_function_long() {
    check(
        &[Rule::LongFunction],
        "
//- /a.py
def long():
    a = 1
    b = 2
    c = 3
    d = 4
    e = 5
    f = 6
    return a

def table():
    # one
    # two

    # three
    rows = [
        1,
        2,
        3,
        4,
        5,
    ]
    return rows
//- /a.ts
export const 합계 = (a: number) => {
  const b = a;
  const c = a;
  const d = a;
  const e = a;
  const f = a;
  const g = a;
  return b;
};
run(() => {
  one();
  two();
  three();
  four();
  five();
  six();
  seven();
});
",
        expect![[r#"
            a.py:1 long_function `long` 7 of 6
            a.ts:1 long_function `합계` 8 of 6
        "#]],
    );
}

#[test]
fn a_chain_of_conditions_is_not_deep() {
    check(
        &[Rule::DeepNesting],
        "
//- /a.js
function chain(a) {
  if (a === 1) {
    one();
  } else if (a === 2) {
    two();
  } else if (a === 3) {
    three();
  } else if (a === 4) {
    four();
  }
}
function deep(a) {
  for (const b of a) {
    if (b) {
      while (c) {
        try {
          d();
        } catch {}
      }
    }
  }
}
",
        expect![[r#"
            a.js:15 deep_nesting `while (c) {` deep 4 of 2
        "#]],
    );
}

#[test]
fn branches_that_do_the_same_are_told_with_the_first() {
    check(
        &[Rule::DuplicateBranch],
        "
//- /a.py
if kind == 'a':
    total = total + item.price * 2
elif kind == 'b':
    total = total + item.tax
elif kind == 'c':
    total = total  +  item.price * 2
else:
    pass

if kind == 'a':
    total = total + item.price * 2
//- /a.js
switch (kind) {
  case 'a':
    total = total + item.price * 2;
    break;
  case 'b':
    return null;
  case 'c':
    return null;
  default:
    total = total + item.price * 2;
    break;
}
",
        expect![[r#"
            a.py:6 duplicate_branch `total = total  +  item.price * 2` 2
            a.js:9 duplicate_branch `default:` 2
        "#]],
    );
}

#[test]
fn parameters_that_are_passed_by_name_or_decided_elsewhere_do_not_count() {
    check(
        &[Rule::ManyParameters],
        "
//- /a.py
class A:
    def __init__(self, a, b, c, d, e): pass
    def many(self, a, b, c, d): pass
    def named(self, a, b, *, c, d, e): pass
    def few(self, a, b, c): pass
//- /a.java
class A {
  A(int a, int b, int c, int d) { x(); }
  @Override public void theirs(int a, int b, int c, int d) { x(); }
  void many(int a, int b, int c, int d) { x(); }
}
//- /a.go
func many(a, b int, c, d string) {}
func few(a, b int, c string) {}
",
        expect![[r#"
            a.py:3 many_parameters `many` 4 of 3
            a.java:4 many_parameters `many` 4 of 3
            a.go:1 many_parameters `many` 4 of 3
        "#]],
    );
}

#[test]
fn a_number_is_magic_where_nothing_explains_it() {
    check(
        &[Rule::MagicNumber],
        "
//- /a.py
LIMIT = 37 * 2
def price(a, retries=17):
    wait(timeout=45)
    rows = [37, 38, 39 + 1]
    if a > 37 or a == 0 or a == -1 or a < 100:
        return a * 37 + 0xff
    return a * 1.19
//- /a.rs
const LIMIT: u32 = 37 * 2;
fn price(a: u32) -> u32 {
    let rate = 7 * 77;
    if a > 19 { a + 1 } else { a % 1_000 }
}
",
        expect![[r#"
            a.py:5 magic_number `37` 2
            a.py:7 magic_number `1.19` 1
            a.rs:4 magic_number `19` 1
        "#]],
    );
}

#[test]
fn an_import_is_unused_where_that_is_certain() {
    check(
        &[Rule::UnusedImport],
        "
//- /a.py
import os, sys
import numpy as np
from typing import List, Optional as Maybe
from kept import something  # noqa
try:
    import fast
except ImportError:
    fast = None

def f(a: Maybe) -> None:
    \"\"\"Uses sys only in words.\"\"\"
//- /__init__.py
from .a import f
//- /a.tsx
import React from 'react';
import { useState, useMemo as memo } from 'react';
import * as all from './all';
import './side-effect';
import type { Props } from './props';
export const A = () => <B state={useState()} />;
//- /broken.py
import os
def f(:
//- /A.java
import java.util.List;
import java.util.Map;
import java.io.*;
class A { List<String> a; }
//- /a.kt
import a.b.Unused
import a.b.Used
import a.b.plus
fun f(a: Used) = a + a
//- /a.php
<?php
use App\\Models\\User;
use App\\Models\\Order as Bestellung;
function f(user $a) {}
",
        expect![[r#"
            a.py:1 unused_import `os`
            a.py:2 unused_import `np`
            a.py:3 unused_import `List`
            a.tsx:2 unused_import `memo`
            a.tsx:3 unused_import `all`
            a.tsx:5 unused_import `Props`
            A.java:2 unused_import `Map`
            a.kt:1 unused_import `Unused`
            a.php:3 unused_import `Bestellung`
        "#]],
    );
}

#[test]
fn a_body_is_to_be_written_where_it_says_so() {
    check(
        &[Rule::TodoBody],
        "
//- /a.py
def later(a):
    # TODO: sum up
    pass

def 나중에(a):
    \"\"\"합계를 구한다.\"\"\"
    # 구현 필요
    return None

def abstract(a):
    raise NotImplementedError

def done(a):
    # TODO: make it faster
    return [b for b in a]
//- /a.ts
function later(): number {
  // TODO
  throw new Error('not implemented');
}
function empty() {}
//- /a.rs
fn later() { todo!() }
fn never() { unimplemented!() }
//- /a.kt
fun later() { TODO(\"sum up\") }
",
        expect![[r#"
            a.py:1 todo_body `later`
            a.py:5 todo_body `나중에`
            a.ts:1 todo_body `later`
            a.rs:1 todo_body `later`
            a.kt:1 todo_body `later`
        "#]],
    );
}

#[test]
fn docs_are_missing_only_where_the_file_has_them() {
    check(
        &[Rule::MissingDocs],
        "
//- /documented.rs
/// One.
pub fn one() {}
/// Two.
#[must_use]
pub fn two() {}
/// Three.
pub struct Three;
pub fn four() {}
fn own() {}
//- /bare.rs
pub fn one() {}
pub fn two() {}
pub fn three() {}
/// Four.
pub fn four() {}
//- /documented.py
def one():
    \"\"\"One.\"\"\"
def two():
    \"\"\"Two.\"\"\"
class Three:
    \"\"\"Three.\"\"\"
    def bare(self):
        pass
    def four(self):
        '''Four.'''
def _own():
    pass
",
        expect![[r#"
            documented.rs:8 missing_docs `four`
            documented.py:7 missing_docs `bare`
        "#]],
    );
}

#[test]
fn what_is_unlike_the_whole_file_is_told() {
    let names = |odd: &str| {
        let mut text = "//- /a.py\n".to_owned();
        for nth in 0..12 {
            let _ = writeln!(text, "def some_name_{nth}():\n    return 'a{nth}'");
        }
        text + odd
    };
    let odd = "def someName():\n    return \"a\"\ndef __special__():\n\treturn 'it\\'s'\n";
    check(
        &[Rule::FileStyle],
        &names(odd),
        expect![[r#"
        a.py:25 file_style `someName` snake_case
        a.py:26 file_style `"a"` single_quotes
        a.py:28 file_style `` spaces
    "#]],
    );
    let both =
        "def aB():\n    return \"a\"\ndef bC():\n    return \"b\"\ndef cD():\n    return \"c\"\n";
    check(&[Rule::FileStyle], &names(both), expect![""]);
    check(
        &[Rule::FileStyle],
        "//- /a.py\ndef some_name():\n    return ''\ndef someName():\n    return \"\"\n",
        expect![""],
    );
}

#[test]
fn an_error_that_is_dropped_where_others_are_handled_is_told() {
    let caught = |head: &str, last: &str| {
        let mut text = head.to_owned();
        for (nth, body) in ["log(e)", "log(e)", "log(e)", last].iter().enumerate() {
            let _ = match head {
                "//- /a.py\n" => writeln!(
                    text,
                    "def f{nth}():\n    try:\n        g()\n    except E as e:\n        {body}"
                ),
                "//- /a.kt\n" => {
                    writeln!(text, "fun f{nth}() {{ try {{ g() }} catch (e: E) {{ {body} }} }}")
                }
                "//- /a.php\n<?php\n" => {
                    writeln!(
                        text,
                        "function f{nth}() {{ try {{ g(); }} catch (E $e) {{ {body} }} }}"
                    )
                }
                _ => writeln!(text, "void f{nth}() {{ try {{ g(); }} catch (E e) {{ {body} }} }}"),
            };
        }
        text
    };
    for head in
        ["//- /A.java\n", "//- /a.cs\n", "//- /a.cpp\n", "//- /a.kt\n", "//- /a.php\n<?php\n"]
    {
        let told = told(&caught(head, ""), &[Rule::FileStyle]);
        assert!(told.ends_with(" errors_handled\n"), "{head}{told}");
        assert_eq!(told.lines().count(), 1, "{head}{told}");
        assert_eq!(
            self::told(&caught(head, "// nothing to mend"), &[Rule::FileStyle]),
            "",
            "{head}"
        );
    }
    check(
        &[Rule::FileStyle],
        &caught("//- /a.py\n", "pass"),
        expect![[r#"
        a.py:20 file_style `pass`  errors_handled
    "#]],
    );
    check(
        &[Rule::FileStyle],
        "
//- /a.js
function f() {
  try { g() } catch (e) { log(e) }
  try { g() } catch (e) { log(e) }
  try { g() } catch (e) { log(e) }
  try { g() } catch {}
}
//- /a.rs
fn f() -> Option<()> {
    a()?;
    b()?;
    c()?;
    d().unwrap();
    None
}
#[cfg(test)]
mod tests {
    fn t() { a().unwrap(); b().unwrap(); c().unwrap(); }
}
//- /few.rs
fn f() -> Option<()> {
    a()?;
    d().unwrap();
    None
}
",
        expect![[r#"
            a.js:5 file_style `{}`  errors_handled
            a.rs:5 file_style `d().unwrap()`  errors_passed_on
        "#]],
    );
}
