//! What is gathered around a cursor.

use expect_test::{Expect, expect};
use saga_domain::{ByteOffset, Context};
use saga_fixture::Fixture;

use super::{Opened, parse};
use crate::{
    ContextLimits, DocumentLimits, Documents, RecentPlaces, Surroundings, WorkspaceIndex,
    context_at, related,
};

fn check(fixture: &str, expected: Expect) {
    let opened = Opened::new(fixture);
    let (doc, _) = opened.cursor();
    let context = gather(&opened, &ContextLimits::USUAL);
    assert_eq!(format!("{}{}", context.prefix, context.suffix), doc.text(whole(&doc)));
    expected.assert_eq(&show(&context));

    let opened = Opened::new(&fixture.trim_start().replace('\n', "\r\n"));
    let with_crlf = gather(&opened, &ContextLimits::USUAL);
    assert_eq!(with_crlf, context, "line ends change nothing");
}

/// The context, with what other open files say.
fn gather(opened: &Opened, limits: &ContextLimits) -> Context {
    let (doc, at) = opened.cursor();
    let (index, recent) = (WorkspaceIndex::default(), RecentPlaces::new());
    let around = Surroundings { open: &opened.others(), index: &index, recent: &recent };
    Context { snippets: related(&doc, at, &around, limits), ..context_at(&doc, at, limits) }
}

fn whole(doc: &crate::Snapshot) -> saga_domain::Span {
    saga_domain::Span::new(0, doc.rope().byte_len())
}

fn show(context: &Context) -> String {
    let mut out = String::new();
    for scope in &context.scopes {
        out.push_str(&format!("in: {scope}\n"));
    }
    for import in &context.imports {
        out.push_str(&format!("import: {import}\n"));
    }
    for snippet in &context.snippets {
        out.push_str(&format!("{}: {}\n", snippet.path, snippet.text));
    }
    out
}

#[test]
fn callee_signature_comes_from_another_file() {
    check(
        r#"
//- /main.rs
use util::greet;
fn main() { greet($0) }
//- /util.rs
/// Says hello to somebody.
///
/// At length.
#[must_use]
pub fn greet(name: &str) -> String { format!("hi {name}") }
pub fn unused() {}
"#,
        expect![[r#"
            in: fn main()
            import: use util::greet;
            util.rs: // Says hello to somebody.
            pub fn greet(name: &str) -> String
        "#]],
    );
}

#[test]
fn python_class_method_and_imports() {
    check(
        r#"
//- /app/main.py
import os
from app.shapes import (
    Circle,
    area,
)

class Report(Base):
    """A report."""

    @property
    def total(self, unit: str = "cm") -> float:
        circle = Circle(2)
        return area($0
//- /app/shapes.py
PI = 3.14159

class Circle:
    """A round thing.

    With more to say.
    """

    def __init__(self, radius: float) -> None:
        self.radius = radius

    def grow(self, by: float) -> None:
        self.radius += by


def area(circle: Circle) -> float:
    # The usual formula.
    return PI * circle.radius ** 2
//- /app/maps.py
def area(country):
    pass
"#,
        expect![[r#"
            in: class Report(Base)
            in: def total(self, unit: str = "cm") -> float
            import: import os
            import: from app.shapes import (
                Circle,
                area,
            )
            app/shapes.py: # A round thing.
            class Circle
                def __init__(self, radius: float) -> None
            app/shapes.py: def area(circle: Circle) -> float
            app/shapes.py: def area(circle: Circle) -> float:
                # The usual formula.
                return PI * circle.radius ** 2
        "#]],
    );
}

#[test]
fn typescript_types_and_members() {
    check(
        r#"
//- /src/cart.ts
import { type Item, priceOf } from './items'
import * as fs from 'node:fs'

export class Cart<T extends Item> {
  private items: T[] = []

  total = (): number => {
    return this.items.reduce((sum, item: Item) => sum + priceOf(item, TAX), $0)
  }
}
//- /src/items.ts
/** What can be bought. */
export interface Item {
  name: string
  price: number
}
/**
 * The price with its tax.
 * @param item what is bought
 */
export const priceOf = (item: Item, tax: number): number => item.price * (1 + tax)
export const TAX = 0.1
//- /src/other.py
def priceOf(item): pass
"#,
        expect![[r#"
            in: class Cart<T extends Item>
            in: total = (): number
            import: import { type Item, priceOf } from './items'
            import: import * as fs from 'node:fs'
            src/items.ts: // What can be bought.
            interface Item {
              name: string
              price: number
            }
            src/items.ts: // The price with its tax.
            const priceOf = (item: Item, tax: number): number
            src/items.ts: const TAX = 0.1
            src/items.ts: /** What can be bought. */
            export interface Item {
              name: string
              price: number
            }
            /**
             * The price with its tax.
             * @param item what is bought
             */
            export const priceOf = (item: Item, tax: number): number => item.price * (1 + tax)
            export const TAX = 0.1
        "#]],
    );
}

#[test]
fn methods_come_with_their_container() {
    check(
        r#"
//- /main.rs
fn main() {
    let mut stack = Stack::new();
    stack.push_all($0);
}
//- /stack.rs
pub struct Stack<T> {
    items: Vec<T>,
}
impl<T: Clone> Stack<T> {
    /// Puts all of them on top.
    pub fn push_all(&mut self, items: &[T]) {
        fn helper() {}
        self.items.extend_from_slice(items);
    }
}
"#,
        expect![[r#"
            in: fn main()
            stack.rs: pub struct Stack<T> {
                items: Vec<T>,
            }
            stack.rs: // Puts all of them on top.
            impl<T: Clone> Stack<T>
                pub fn push_all(&mut self, items: &[T])
        "#]],
    );
}

#[test]
fn own_definitions_that_stand_near_are_left_out() {
    let padding = "# filler\n".repeat(700);
    check(
        &format!(
            "//- /a.py\ndef far(a):\n    pass\n{padding}def near(b):\n    pass\nfar(near($0))\n"
        ),
        expect![[r#"
            a.py: def far(a)
        "#]],
    );
}

#[test]
fn a_common_name_says_nothing_and_locals_stay_home() {
    check(
        r#"
//- /main.py
run(inner($0))
//- /a.py
class A:
    def run(self): pass
class B:
    def run(self): pass
class C:
    def run(self): pass
class D:
    def run(self): pass
class E:
    def run(self): pass
def outer():
    def inner(x): pass
"#,
        expect![[""]],
    );
}

#[test]
fn half_written_python() {
    check(
        "
//- /a.py
import json

class Store:
    def load(self, path):
        with open(path) as f:
            data = json.loads(
            for key in data:
                $0
",
        expect![[r#"
            in: class Store
            in: def load(self, path)
            import: import json
        "#]],
    );
}

#[test]
fn half_written_python_header_over_lines() {
    check(
        "
//- /a.py
class Store:
    def load(
        self,
        path: str,
    ) -> dict:
        $0

    def save(self
",
        expect![[r#"
            in: class Store
            in: def load(self, path: str) -> dict
        "#]],
    );
}

#[test]
fn a_blank_python_line_belongs_to_what_its_indentation_says() {
    check(
        "
//- /a.py
class Store:
    def load(self):
        return 1

    $0

def other():
    pass
",
        expect![[r#"
            in: class Store
        "#]],
    );
}

#[test]
fn half_written_typescript() {
    check(
        "
//- /a.ts
import { a } from './a'
class Store {
  load(path: string): Data {
    if (path) {
      const data = parse(a,
      $0
",
        expect![[r#"
            in: class Store
            in: load(path: string): Data
            import: import { a } from './a'
        "#]],
    );
}

#[test]
fn half_written_tsx() {
    check(
        "
//- /a.tsx
export function Panel({ title }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <section>
      <h1>{title}</h1>
      <button onClick={() => $0
  )
}
",
        expect![[r#"
            in: function Panel({ title }: Props)
        "#]],
    );
}

#[test]
fn half_written_javascript() {
    check(
        "
//- /a.js
const run = async (task) => {
  for (const step of task.steps) {
    await $0
",
        expect![[r#"
            in: const run = async (task)
        "#]],
    );
}

#[test]
fn half_written_rust() {
    check(
        "
//- /a.rs
use std::fmt;
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A => write!(f, $0
",
        expect![[r#"
            in: impl fmt::Display for Name
            in: fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result
            import: use std::fmt;
        "#]],
    );
}

#[test]
fn after_a_closed_block_nothing_holds_the_cursor() {
    check(
        "
//- /a.rs
fn a() {
    1;
}
$0
fn b() {}
",
        expect![[""]],
    );
}

#[test]
fn an_unknown_language_has_scopes_by_indentation() {
    check(
        "
//- /a.zig
pub fn main() void {
    if (x) {
        $0
",
        expect![[r#"
            in: pub fn main() void
        "#]],
    );
}

#[test]
fn korean_names_are_names() {
    check(
        "
//- /a.py
from 도형 import 넓이
값 = 넓이($0
//- /도형.py
def 넓이(반지름: float) -> float:
    '''원의 넓이를 구한다.'''
    return 3.14 * 반지름 ** 2
",
        expect![[r#"
            import: from 도형 import 넓이
            도형.py: # 원의 넓이를 구한다.
            def 넓이(반지름: float) -> float
        "#]],
    );
}

#[test]
fn windows_are_bounded_and_start_at_a_line() {
    let mut documents = Documents::new(DocumentLimits::USUAL);
    let text: String = (0..40_000).map(|n| format!("line {n}\n")).collect();
    documents.open("a", "a", "plaintext", 1, &text).unwrap();
    let doc = documents.get("a").unwrap();
    let mut starts = std::collections::BTreeSet::new();
    for at in 300_000..301_000 {
        let context = context_at(&doc, ByteOffset(at), &ContextLimits::USUAL);
        assert!(context.prefix.starts_with("line "), "{:?}", &context.prefix[..20]);
        assert!(context.suffix.ends_with('\n'));
        assert!((48 << 10..=64 << 10).contains(&context.prefix.len()));
        assert!((15 << 10..=16 << 10).contains(&context.suffix.len()));
        starts.insert(at - context.prefix.len());
    }
    assert!(starts.len() <= 2, "the window's start moved {} times", starts.len());
}

#[test]
fn one_long_line_is_cut_inside_a_character_never() {
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("a", "a", "plaintext", 1, &"가나다".repeat(60_000)).unwrap();
    let doc = documents.get("a").unwrap();
    for at in 270_000..270_007 {
        let context = context_at(&doc, ByteOffset(at), &ContextLimits::USUAL);
        assert!(context.prefix.len() > 40_000 && context.suffix.len() > 10_000);
    }
}

#[test]
fn crlf_becomes_lf_and_the_file_stays() {
    let fixture = Fixture::parse("//- /a.py\nclass A:\n    def f(self):\n        $0pass\n");
    let text = fixture.files[0].text.replace('\n', "\r\n");
    let at = text.find("pass").unwrap();
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("a.py", "a.py", "python", 1, &text).unwrap();
    parse(&mut documents, "a.py");
    let doc = documents.get("a.py").unwrap();
    let context = context_at(&doc, ByteOffset(at), &ContextLimits::USUAL);
    assert_eq!(context.prefix, "class A:\n    def f(self):\n        ");
    assert_eq!(context.suffix, "pass\n");
    assert_eq!(context.scopes, ["class A", "def f(self)"]);
    assert_eq!((doc.eol(), doc.text(whole(&doc))), ("\r\n", text.clone()));
    let between = text.find('\n').unwrap();
    let context = context_at(&doc, ByteOffset(between), &ContextLimits::USUAL);
    assert_eq!((context.prefix.as_str(), &context.suffix[..1]), ("class A:", "\n"));
}

#[test]
fn the_snippets_keep_their_order_while_the_cursor_moves() {
    let text = "
//- /main.py
alpha(beta(gamma($0)))
//- /z.py
def gamma(): pass
def alpha(): pass
//- /b.py
def beta(): pass
";
    let moved = text.replace("alpha(beta(gamma($0)))", "gamma(alpha(beta($0)))");
    let snippets = |text: &str| {
        let opened = Opened::new(text);
        gather(&opened, &ContextLimits::USUAL).snippets
    };
    assert_eq!(snippets(text), snippets(&moved));
    assert_eq!(snippets(text).len(), 3);
}

#[test]
fn limits_hold() {
    let text = "
//- /main.py
import a
import b
class A:
    def f(self):
        alpha(beta($0))
//- /z.py
def alpha(): pass
def beta(): pass
";
    let opened = Opened::new(text);
    let limits = ContextLimits {
        imports_bytes_max: 8,
        scopes_max: 1,
        signatures_max: 1,
        ..ContextLimits::USUAL
    };
    let context = gather(&opened, &limits);
    expect![[r#"
        in: def f(self)
        import: import a
        z.py: def beta()
    "#]]
    .assert_eq(&show(&context));
}
