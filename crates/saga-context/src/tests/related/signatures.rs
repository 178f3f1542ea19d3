//! Definitions of the names near a cursor.

use expect_test::expect;

use super::{World, check};
use crate::{ContextLimits, IndexLimits, index_file};

#[test]
fn a_definition_comes_from_a_file_that_is_not_open() {
    check(
        "
//- /app/main.py
from shapes import area
area($0)
//- /disk/app/shapes.py
def area(circle: Circle) -> float:
    '''The usual formula.'''
    return 3.14 * circle.radius ** 2
",
        expect![[r#"
            signature app/shapes.py: # The usual formula.
            def area(circle: Circle) -> float
        "#]],
    );
}

#[test]
fn what_is_open_is_newer_than_what_was_indexed() {
    check(
        "
//- /main.py
area($0)
//- /shapes.py
def area(circle, unit): pass
//- /disk/shapes.py
def area(circle): pass
//- /disk/main.py
def area(of_before): pass
",
        expect![[r#"
            signature shapes.py: def area(circle, unit)
        "#]],
    );
}

#[test]
fn an_import_counts_more_than_a_directory_and_that_more_than_nothing() {
    check(
        "
//- /web/cart.ts
import { price } from '../shop/price'
import * as money from '../shop/money'
price(money.round(totalOf(total($0))))
//- /disk/shop/price.ts
export function price(item: Item): number { return 1 }
//- /disk/web/price-tag.ts
export function price(tag: Tag): string { return '' }
//- /disk/shop/money.ts
export function round(value: number): number { return value }
//- /disk/lib/numbers.ts
export function round(value: string): number { return 2 }
//- /disk/web/total.ts
export function totalOf(items: Item[]): number { return 3 }
export function total(): number { return 3 }
//- /disk/admin/total.ts
export function totalOf(users: User[]): number { return 4 }
",
        expect![[r#"
            signature shop/money.ts: function round(value: number): number
            signature shop/price.ts: function price(item: Item): number
            signature web/total.ts: function totalOf(items: Item[]): number
        "#]],
    );
}

#[test]
fn a_package_is_named_by_its_directory() {
    check(
        "
//- /main.py
from shapes import area
area($0)
//- /disk/shapes/__init__.py
def area(circle): pass
//- /disk/maps/__init__.py
def area(country): pass
",
        expect![[r#"
            signature shapes/__init__.py: def area(circle)
        "#]],
    );
}

#[test]
fn a_name_that_many_files_define_says_nothing() {
    let files: String =
        (0..9).map(|n| format!("//- /disk/d{n}/a.py\ndef run(job{n}): pass\n")).collect();
    check(&format!("//- /main.py\nrun($0)\n{files}"), expect![""]);
}

#[test]
fn a_name_that_a_variable_may_have_is_not_looked_for_everywhere() {
    check(
        "
//- /app/main.rs
use std::fmt::Formatter;
fn main(script: Formatter) { run_script(script, code, $0) }
//- /disk/other/scripts.rs
pub fn script() {}
pub fn code() {}
//- /disk/other/run.rs
pub fn run_script(text: &str) {}
//- /disk/other/format.rs
pub struct Formatter;
",
        expect![[r#"
            signature other/run.rs: pub fn run_script(text: &str)
        "#]],
    );
}

#[test]
fn what_a_package_passes_on_is_found_below_it() {
    check(
        "
//- /app/main.rs
use saga_shapes::Circle;
fn main() { Circle::new($0) }
//- /disk/crates/saga-shapes/src/round.rs
pub struct Circle { radius: f64 }
//- /disk/crates/arena/src/round.rs
pub struct Circle { seats: u32 }
",
        expect![[r#"
            signature crates/saga-shapes/src/round.rs: pub struct Circle { radius: f64 }
        "#]],
    );
}

#[test]
fn what_tests_define_is_for_tests() {
    let files = "
//- /disk/app/tests/orders.py
def make_order(): pass
//- /disk/app/test_users.py
def make_user(): pass
";
    check(&format!("//- /app/main.py\nmake_order(make_user($0))\n{files}"), expect![""]);
    check(
        &format!("//- /app/test_main.py\nmake_order(make_user($0))\n{files}"),
        expect![[r#"
            signature app/test_users.py: def make_user()
            signature app/tests/orders.py: def make_order()
        "#]],
    );
}

#[test]
fn another_family_defines_something_else() {
    check("//- /main.py\narea($0)\n//- /disk/a.rs\npub fn area() {}\n", expect![""]);
}

#[test]
fn the_same_input_gives_the_same_order_whatever_was_indexed_first() {
    let files = ["z.py", "b.py", "m.py", "a.py"];
    let fixture = "//- /main.py\nfrom_z(from_b(from_m(from_a($0))))\n";
    let mut orders = Vec::new();
    for turn in 0..files.len() {
        let mut world = World::new(fixture);
        for file in files.iter().cycle().skip(turn).take(files.len()) {
            let name = file.trim_end_matches(".py");
            let text = format!("def from_{name}(): pass\n");
            world.index.add(index_file(file, &text, &IndexLimits::USUAL).unwrap());
        }
        let found = world.related(&ContextLimits::USUAL);
        assert_eq!(found.len(), files.len());
        orders.push(found);
    }
    assert!(orders.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn signatures_keep_to_their_bytes() {
    let fixture = "
//- /main.py
from letters import alpha, beta, gamma
alpha(beta(gamma($0)))
//- /disk/letters.py
def alpha(one, two, three): pass
def beta(): pass
def gamma(one, two, three): pass
";
    let limits = ContextLimits { signatures_bytes_max: 45, ..ContextLimits::USUAL };
    let found = super::show(&World::new(fixture).related(&limits));
    expect![[r#"
        signature letters.py: def beta()
        signature letters.py: def gamma(one, two, three)
    "#]]
    .assert_eq(&found);
}
