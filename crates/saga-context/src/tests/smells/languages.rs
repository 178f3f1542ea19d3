//! The same function in every language: long, deep, with a duplicate branch, too many parameters, a
//! magic number, an unused import where that is certain, and a body to write.

use expect_test::expect;

use super::check;
use crate::Rule;

#[test]
fn python() {
    check(
        Rule::ALL,
        "
//- /a.py
import unused

def all_of_it(a, b, c, d):
    for x in a:
        if x:
            while b:
                c = c + a * 37
    if a:
        first(a, b, c, d, one_more)
    else:
        first(a, b, c, d, one_more)

def later():
    # TODO
    pass
",
        expect![[r#"
            a.py:1 unused_import `unused`
            a.py:3 long_function `all_of_it` 8 of 6
            a.py:3 many_parameters `all_of_it` 4 of 3
            a.py:6 deep_nesting `while b:` all_of_it 3 of 2
            a.py:7 magic_number `37` 1
            a.py:11 duplicate_branch `first(a, b, c, d, one_more)` 9
            a.py:13 todo_body `later`
        "#]],
    );
}

const BRACES: &str = "{
    for (x = 0; x < a; x = x + 1) {
        if (x) {
            while (b) {
                c = c + a * 37;
            }
        }
    }
    if (a) {
        first(a, b, c, d, one_more);
    } else {
        first(a, b, c, d, one_more);
    }
}";

#[test]
fn languages_with_braces() {
    let later = "{\n    // TODO\n}";
    let mut fixture = String::new();
    for (path, before, between, after) in [
        (
            "a.js",
            "import { unused } from './b';\nfunction allOfIt(a, b, c, d) ",
            "function later() ",
            "",
        ),
        (
            "a.ts",
            "import { unused } from './b';\nclass A { allOfIt(a: B, b: B, c: B, d: B) ",
            "later() ",
            "}",
        ),
        (
            "A.java",
            "import b.Unused;\nclass A { void allOfIt(int a, int b, int c, int d) ",
            "void later() ",
            "}",
        ),
        ("a.c", "int all_of_it(int a, int b, int c, int d) ", "void later() ", ""),
        ("a.cpp", "int A::all_of_it(int a, int b, int c, int d) ", "void later() ", ""),
        ("a.cs", "class A { void AllOfIt(int a, int b, int c, int d) ", "void Later() ", "}"),
    ] {
        fixture += &format!("//- /{path}\n{before}{BRACES}\n{between}{later}\n{after}\n");
    }
    fixture += "//- /b.php\n<?php\nuse A\\Unused;\nfunction all($a, $b, $c, $d) {\n  if ($a) {\n    first($a, $b, $c, $d, 1);\n  } elseif ($b) {\n    first($a, $b, $c, $d, 1);\n  }\n  foreach ($a as $b) {\n    if ($a) {\n      while ($b) {\n        $c = $a * 37;\n      }\n    }\n  }\n}\n";
    check(
        Rule::ALL,
        &fixture,
        expect![[r#"
            a.js:1 unused_import `unused`
            a.js:2 long_function `allOfIt` 9 of 6
            a.js:2 many_parameters `allOfIt` 4 of 3
            a.js:5 deep_nesting `while (b) {` allOfIt 3 of 2
            a.js:6 magic_number `37` 1
            a.js:12 duplicate_branch `{` 10
            a.js:16 todo_body `later`
            a.ts:1 unused_import `unused`
            a.ts:2 long_function `allOfIt` 9 of 6
            a.ts:2 many_parameters `allOfIt` 4 of 3
            a.ts:5 deep_nesting `while (b) {` allOfIt 3 of 2
            a.ts:6 magic_number `37` 1
            a.ts:12 duplicate_branch `{` 10
            a.ts:16 todo_body `later`
            A.java:1 unused_import `Unused`
            A.java:2 long_function `allOfIt` 9 of 6
            A.java:2 many_parameters `allOfIt` 4 of 3
            A.java:5 deep_nesting `while (b) {` allOfIt 3 of 2
            A.java:6 magic_number `37` 1
            A.java:12 duplicate_branch `{` 10
            A.java:16 todo_body `later`
            a.c:1 long_function `all_of_it` 9 of 6
            a.c:1 many_parameters `all_of_it` 4 of 3
            a.c:4 deep_nesting `while (b) {` all_of_it 3 of 2
            a.c:5 magic_number `37` 1
            a.c:11 duplicate_branch `{` 9
            a.c:15 todo_body `later`
            a.cpp:1 long_function `A::all_of_it` 9 of 6
            a.cpp:1 many_parameters `A::all_of_it` 4 of 3
            a.cpp:4 deep_nesting `while (b) {` A::all_of_it 3 of 2
            a.cpp:5 magic_number `37` 1
            a.cpp:11 duplicate_branch `{` 9
            a.cpp:15 todo_body `later`
            a.cs:1 long_function `AllOfIt` 9 of 6
            a.cs:1 many_parameters `AllOfIt` 4 of 3
            a.cs:4 deep_nesting `while (b) {` AllOfIt 3 of 2
            a.cs:5 magic_number `37` 1
            a.cs:11 duplicate_branch `{` 9
            a.cs:15 todo_body `Later`
            b.php:2 unused_import `Unused`
            b.php:3 long_function `all` 9 of 6
            b.php:3 many_parameters `all` 4 of 3
            b.php:6 duplicate_branch `{` 4
            b.php:11 deep_nesting `while ($b) {` all 3 of 2
        "#]],
    );
}

#[test]
fn go_rust_kotlin_and_ruby() {
    check(
        Rule::ALL,
        "
//- /a.go
package a
func allOfIt(a, b, c, d int) int {
	for a < b {
		if a > 0 {
			switch b {
			case 1:
				first(a, b, c, d, oneMore)
			case 2:
				first(a, b, c, d, oneMore)
			}
		}
	}
	return a * 37
}
func later() {
	// TODO
}
//- /a.rs
fn all_of_it(a: u32, b: u32, c: u32, d: u32) -> u32 {
    for x in a {
        if x {
            match b {
                1 => { first(a, b, c, d, one_more) }
                _ => { first(a, b, c, d, one_more) }
            }
        }
    }
    let e = 1;
    a * 37
}
fn later() { todo!() }
//- /a.kt
import a.Unused
fun allOfIt(a: Int, b: Int, c: Int, d: Int): Int {
    for (x in a) {
        if (x) {
            when (b) {
                1 -> { first(a, b, c, d, oneMore) }
                else -> { first(a, b, c, d, oneMore) }
            }
        }
    }
    if (a) {
        first(a, b, c, d, e)
    } else if (b) {
        first(a, b, c, d, e)
    }
    return a * 37
}
fun later() { TODO() }
//- /a.rb
def all_of_it(a, b, c, d)
  until a
    if b
      while c
        a = a * 37
      end
    end
  end
  if a
    first(a, b, c, d, one_more)
  elsif b
    first(a, b, c, d, one_more)
  end
end

def later
  # TODO
  nil
end
",
        expect![[r#"
            a.go:2 long_function `allOfIt` 9 of 6
            a.go:2 many_parameters `allOfIt` 4 of 3
            a.go:5 deep_nesting `switch b {` allOfIt 3 of 2
            a.go:9 duplicate_branch `first(a, b, c, d, oneMore)` 7
            a.go:13 magic_number `37` 1
            a.go:15 todo_body `later`
            a.rs:1 long_function `all_of_it` 8 of 6
            a.rs:1 many_parameters `all_of_it` 4 of 3
            a.rs:4 deep_nesting `match b {` all_of_it 3 of 2
            a.rs:6 duplicate_branch `{ first(a, b, c, d, one_more) }` 5
            a.rs:11 magic_number `37` 1
            a.rs:13 todo_body `later`
            a.kt:1 unused_import `Unused`
            a.kt:2 long_function `allOfIt` 11 of 6
            a.kt:2 many_parameters `allOfIt` 4 of 3
            a.kt:5 deep_nesting `when (b) {` allOfIt 3 of 2
            a.kt:7 duplicate_branch `{ first(a, b, c, d, oneMore) }` 6
            a.kt:16 magic_number `37` 1
            a.kt:18 todo_body `later`
            a.rb:1 long_function `all_of_it` 12 of 6
            a.rb:1 many_parameters `all_of_it` 4 of 3
            a.rb:4 deep_nesting `while c` all_of_it 3 of 2
            a.rb:12 duplicate_branch `first(a, b, c, d, one_more)` 9
            a.rb:16 todo_body `later`
        "#]],
    );
}

#[test]
fn swift() {
    check(
        Rule::ALL,
        "
//- /a.swift
import Foundation

func allOfIt(a: Int, b: Int, c: Int, d: Int) -> Int {
    for x in a {
        if x > 0 {
            switch b {
            case 1:
                first(a, b, c, d, oneMore)
            case 2:
                first(a, b, c, d, oneMore)
            default:
                second()
            }
        }
    }
    if a == b {
        third(a, b, c, d, oneMore)
    } else {
        third(a, b, c, d, oneMore)
    }
    let named = a * 41
    return c + a * 37
}

func later() {
    // TODO
}

/// Sells.
public class Shop {
    /// One.
    public func one() -> Int { 1 }
    /// Two.
    public func two() -> Int { 2 }
    /// Three.
    public func three() -> Int { 3 }
    public func four() -> Int { 4 }
    init(a: Int) { self.a = a }
}
",
        expect![[r#"
            a.swift:3 long_function `allOfIt` 16 of 6
            a.swift:6 deep_nesting `switch b {` allOfIt 3 of 2
            a.swift:9 duplicate_branch `case 2:` 7
            a.swift:19 duplicate_branch `third(a, b, c, d, oneMore)` 17
            a.swift:22 magic_number `37` 1
            a.swift:25 todo_body `later`
            a.swift:37 missing_docs `four`
        "#]],
    );
}
