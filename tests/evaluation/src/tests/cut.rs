//! Each kind of hole in each language, and the choice among them.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use super::file;
use crate::cut::holes;
use crate::hole::{Hole, Kind};
use crate::sample::{Case, sample};

const PYTHON: &str = r#"
def total_price(items, rate):
    """Gives the sum of all prices with the tax."""
    # 할인된 가격은 빼고 계산한다
    total = sum(item.price for item in items)
    return round(total * rate, 2)
"#;

const TYPESCRIPT: &str = r"
/** Gives the sum of all prices with the tax. */
export function totalPrice(items: Item[], rate: number): number {
  // 할인된 가격은 빼고 계산한다
  const total = addAll(items, rate) + items.length;
  return round(total * rate, 2);
}
";

const JAVASCRIPT: &str = r"
/** Gives the sum of all prices with the tax. */
export function totalPrice(items, rate) {
  // 할인된 가격은 빼고 계산한다
  const total = addAll(items, rate) + items.length;
  return round(total * rate, 2);
}
";

const RUST: &str = r"
/// Gives the sum of all prices with the tax.
fn total_price(items: &[Item], rate: f64) -> f64 {
    // 할인된 가격은 빼고 계산한다
    let total = add_all(items, rate) + items.len();
    round(total * rate, 2)
}
";

const GO: &str = r"
package prices

// TotalPrice gives the sum of all prices with the tax.
func TotalPrice(items []Item, rate float64) float64 {
	// 할인된 가격은 빼고 계산한다
	total := addAll(items, rate) + len(items)
	return round(total*rate, 2)
}
";

const JAVA: &str = r"
class Prices {
    /** Gives the sum of all prices with the tax. */
    double totalPrice(List<Item> items, double rate) {
        // 할인된 가격은 빼고 계산한다
        double total = addAll(items, rate) + items.size();
        return round(total * rate, 2);
    }
}
";

const SAMPLES: [(&str, &str); 6] = [
    ("prices.py", PYTHON),
    ("prices.ts", TYPESCRIPT),
    ("prices.mjs", JAVASCRIPT),
    ("prices.rs", RUST),
    ("prices.go", GO),
    ("Prices.java", JAVA),
];

/// The last hole of each kind, marked in its lines.
fn check(path: &str, text: &str, expected: Expect) {
    let file = file(path, text);
    let holes = holes(file.language, text);
    let mut told = String::new();
    for kind in Kind::ALL {
        let hole = holes.iter().rfind(|hole| hole.kind == kind);
        let hole = *hole.unwrap_or_else(|| panic!("no {} in {path}", kind.name()));
        let case = Case { file: &file, hole };
        let before = case.prefix().rsplit('\n').next().unwrap_or_default();
        let (missing, after) = (case.missing(), case.rest_of_line());
        told.push_str(&format!("{}: {before}⟦{missing}⟧{after}\n", kind.name()));
    }
    expected.assert_eq(&told);
}

#[test]
fn python() {
    check(
        "prices.py",
        PYTHON,
        expect![[r#"
        whole line:     ⟦return round(total * rate, 2)⟧
        rest of line:     return round(total * rate⟦, 2)⟧
        inside a word:     return round(total * rat⟦e, 2)⟧
        mid-line:     return round(total * ⟦rate⟧, 2)
        call arguments:     return round(⟦total * rate, 2⟧)
        function body:     ⟦"""Gives the sum of all prices with the tax."""
            # 할인된 가격은 빼고 계산한다
            total = sum(item.price for item in items)
            return round(total * rate, 2)⟧
        documentation:     """Gives the sum of all prices with the ⟦tax.⟧"""
        Korean comment:     # 할인된 가격은 빼고 ⟦계산한다⟧
    "#]],
    );
}

#[test]
fn typescript() {
    check(
        "prices.ts",
        TYPESCRIPT,
        expect![[r#"
        whole line:   ⟦return round(total * rate, 2);⟧
        rest of line:   return round(total * rate⟦, 2);⟧
        inside a word:   return round(total * rat⟦e, 2);⟧
        mid-line:   return round(total * ⟦rate⟧, 2);
        call arguments:   return round(⟦total * rate, 2⟧);
        function body:   ⟦// 할인된 가격은 빼고 계산한다
          const total = addAll(items, rate) + items.length;
          return round(total * rate, 2);⟧
        documentation: /** Gives the sum of all prices with the ⟦tax.⟧ */
        Korean comment:   // 할인된 가격은 빼고 ⟦계산한다⟧
    "#]],
    );
}

#[test]
fn javascript() {
    check(
        "prices.mjs",
        JAVASCRIPT,
        expect![[r#"
        whole line:   ⟦return round(total * rate, 2);⟧
        rest of line:   return round(total * rate⟦, 2);⟧
        inside a word:   return round(total * rat⟦e, 2);⟧
        mid-line:   return round(total * ⟦rate⟧, 2);
        call arguments:   return round(⟦total * rate, 2⟧);
        function body:   ⟦// 할인된 가격은 빼고 계산한다
          const total = addAll(items, rate) + items.length;
          return round(total * rate, 2);⟧
        documentation: /** Gives the sum of all prices with the ⟦tax.⟧ */
        Korean comment:   // 할인된 가격은 빼고 ⟦계산한다⟧
    "#]],
    );
}

#[test]
fn rust() {
    check(
        "prices.rs",
        RUST,
        expect![[r#"
        whole line:     ⟦round(total * rate, 2)⟧
        rest of line:     round(total * rate⟦, 2)⟧
        inside a word:     round(total * rat⟦e, 2)⟧
        mid-line:     round(total * ⟦rate⟧, 2)
        call arguments:     round(⟦total * rate, 2⟧)
        function body:     ⟦// 할인된 가격은 빼고 계산한다
            let total = add_all(items, rate) + items.len();
            round(total * rate, 2)⟧
        documentation: /// Gives the sum of all prices with the ⟦tax.⟧
        Korean comment:     // 할인된 가격은 빼고 ⟦계산한다⟧
    "#]],
    );
}

#[test]
fn go() {
    check(
        "prices.go",
        GO,
        expect![[r#"
        whole line: 	⟦return round(total*rate, 2)⟧
        rest of line: 	return round(total*rate⟦, 2)⟧
        inside a word: 	return round(total*rat⟦e, 2)⟧
        mid-line: 	return round(total*⟦rate⟧, 2)
        call arguments: 	return round(⟦total*rate, 2⟧)
        function body: 	⟦// 할인된 가격은 빼고 계산한다
        	total := addAll(items, rate) + len(items)
        	return round(total*rate, 2)⟧
        documentation: // TotalPrice gives the sum of all prices with the ⟦tax.⟧
        Korean comment: 	// 할인된 가격은 빼고 ⟦계산한다⟧
    "#]],
    );
}

#[test]
fn java() {
    check(
        "Prices.java",
        JAVA,
        expect![[r#"
        whole line:         ⟦return round(total * rate, 2);⟧
        rest of line:         return round(total * rate⟦, 2);⟧
        inside a word:         return round(total * rat⟦e, 2);⟧
        mid-line:         return round(total * ⟦rate⟧, 2);
        call arguments:         return round(⟦total * rate, 2⟧);
        function body:         ⟦// 할인된 가격은 빼고 계산한다
                double total = addAll(items, rate) + items.size();
                return round(total * rate, 2);⟧
        documentation:     /** Gives the sum of all prices with the ⟦tax.⟧ */
        Korean comment:         // 할인된 가격은 빼고 ⟦계산한다⟧
    "#]],
    );
}

#[test]
fn every_hole_can_be_filled_again_and_lacks_something() {
    for (path, text) in SAMPLES {
        let file = file(path, text);
        for hole in holes(file.language, text) {
            let case = Case { file: &file, hole };
            let filled = format!("{}{}{}", case.prefix(), case.missing(), case.suffix());
            assert_eq!(filled, text);
            assert!(case.missing().contains(char::is_alphanumeric), "{hole:?} in {path}");
            assert!(!hole.kind.one_line() || !case.missing().contains('\n'), "{hole:?} in {path}");
        }
    }
}

#[test]
fn what_the_grammar_does_not_understand_gives_no_hole() {
    assert_eq!(holes(file("a.py", "").language, "def f(:\n    return total\n"), []);
}

#[test]
fn the_same_seed_gives_the_same_cases_and_every_kind_its_share() {
    let files: Vec<_> = SAMPLES.iter().map(|(path, text)| file(path, text)).collect();
    let places = |count, seed| {
        let cases = sample(&files, count, seed);
        cases.iter().map(|case| (case.file.path.clone(), case.hole)).collect::<Vec<_>>()
    };
    assert_eq!(places(48, 1), places(48, 1));
    assert_ne!(places(48, 1), places(48, 2));
    let kinds = |places: Vec<(String, Hole)>| {
        places.into_iter().map(|(path, hole)| (path, hole.kind)).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(kinds(places(96, 1)), 48, "eight kinds in six languages");
    let few: BTreeSet<_> = places(12, 1).into_iter().map(|(path, _)| path).collect();
    assert_eq!(few.len(), 6, "a small sample has every language");
}
