//! Code as it is while somebody types: what holds the cursor, and where it stands, with a tree and
//! by indentation alone.

use expect_test::{Expect, expect};
use saga_domain::ByteOffset;
use saga_fixture::Fixture;

use crate::tests::parse;
use crate::{ContextLimits, DocumentLimits, Documents, Snapshot, context_at, cursor_place};

fn check(language_id: &str, source: &str, expected: Expect) {
    let fixture = Fixture::parse(source);
    let (file, at) = fixture.cursor();
    let with_tree = describe(&open(language_id, &file.text, true), at);
    let without = describe(&open(language_id, &file.text, false), at);
    let mut out = format!("{with_tree}\n");
    if without != with_tree {
        out.push_str(&format!("without a tree: {without}\n"));
    }
    expected.assert_eq(&out);

    let before = file.text[..at.0].replace('\n', "\r\n");
    let text = format!("{before}{}", file.text[at.0..].replace('\n', "\r\n"));
    let doc = open(language_id, &text, true);
    assert_eq!(describe(&doc, ByteOffset(before.len())), with_tree, "with CRLF");
}

fn open(language_id: &str, text: &str, with_tree: bool) -> Snapshot {
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("a", "a", language_id, 1, text).unwrap();
    if with_tree {
        parse(&mut documents, "a");
    }
    documents.get("a").unwrap()
}

fn describe(doc: &Snapshot, at: ByteOffset) -> String {
    let scopes = context_at(doc, at, &ContextLimits::USUAL).scopes;
    let place = cursor_place(doc, at);
    let outermost = "the file".to_owned();
    let mut words = vec![if scopes.is_empty() { outermost } else { scopes.join(" > ") }];
    let mut say = |is: bool, word: &str| words.extend(is.then(|| word.to_owned()));
    say(place.in_comment, "comment");
    say(place.in_string, "string");
    say(place.in_prose, "prose");
    say(place.opened_empty_block, "empty block");
    say(!place.one_line(), "more than a line");
    words.join(" | ")
}

#[test]
fn go() {
    check(
        "go",
        r#"
func (q *Queue) Push(task Task) {
	if q.full() {
		q.$0
	}
}
"#,
        expect![[r#"
            func (q *Queue) Push(task Task)
        "#]],
    );
    check(
        "go",
        r#"
// 하나
type A struct {
	name string // 이름 $0
}
"#,
        expect![[r#"
            type A struct | comment
        "#]],
    );
}

#[test]
fn java() {
    check(
        "java",
        r#"
class A extends B
{
    // 한글
    void run(int n)
    {
        if (n > 1)
        {
            call($0
        }
    }
}
"#,
        expect![[r#"
            class A extends B > void run(int n)
        "#]],
    );
    check(
        "java",
        r#"
class A {
    String s = "half $0
}
"#,
        expect![[r#"
            class A | string
        "#]],
    );
}

#[test]
fn kotlin() {
    check(
        "kotlin",
        r#"
class A(val b: B) : C() {
    fun run(n: Int) {
        b.forEach { x ->
            println("a ${x.$0
        }
    }
}
"#,
        expect![[r#"
            class A(val b: B) : C() > fun run(n: Int)
        "#]],
    );
}

#[test]
fn c() {
    check(
        "c",
        r#"
/* 한글 */
static int run(
    const char *name,
    int n)
{
    for (;;)
    {
        printf("%s $0
    }
}
"#,
        expect![[r#"
            static int run(const char *name, int n) | string
        "#]],
    );
}

#[test]
fn cpp() {
    check(
        "cpp",
        r#"
namespace geo
{

class Shape : public Base
{
public:
    int area(int a) const
    {
        return a.$0
    }
};
}
"#,
        expect![[r#"
            class Shape : public Base > int area(int a) const
        "#]],
    );
    check(
        "cpp",
        r#"
class Shape {
 public:
  void a();

 private:
  int $0
};
"#,
        expect![[r#"
            class Shape
        "#]],
    );
}

#[test]
fn csharp() {
    check(
        "csharp",
        r#"
namespace Shop
{
    public class Store : Base
    {
        // 찾기
        public Order Find(string id)
        {
            foreach (var x in xs)
            {
                var s = $"a {x.$0
            }
        }
    }
}
"#,
        expect![[r#"
            namespace Shop > public class Store : Base > public Order Find(string id)
        "#]],
    );
}

#[test]
fn swift() {
    check(
        "swift",
        r#"
struct Order {
    func total(_ n: Int) -> Int {
        guard n > 0 else {
            print("a \(n.$0
        }
    }
}
"#,
        expect![[r#"
            struct Order > func total(_ n: Int) -> Int
        "#]],
    );
}

#[test]
fn ruby() {
    check(
        "ruby",
        r#"
module Orders
  class Order < Base
    # 합계
    def total(rate)
      items.each do |item|
        puts "a #{item.$0
      end
    end
  end
end
"#,
        expect![[r#"
            module Orders > class Order < Base > def total(rate)
        "#]],
    );
    check(
        "ruby",
        r#"
class Order
  def total
    $0
  end
end
"#,
        expect![[r#"
            class Order > def total | empty block | more than a line
        "#]],
    );
    check(
        "ruby",
        r#"
class Order
  def total
    x = (1 +
    $0
"#,
        expect![[r#"
            class Order > def total | more than a line
        "#]],
    );
}

#[test]
fn php() {
    check(
        "php",
        r#"
<?php
class Store extends Base
{
    /** 찾기 */
    public function find(string $id): ?Order
    {
        if ($id) {
            return $this->$0
        }
    }
}
"#,
        expect![[r#"
            class Store extends Base > public function find(string $id): ?Order
        "#]],
    );
}

#[test]
fn shellscript() {
    check(
        "shellscript",
        r#"
backup() {
    # 복사
    if [[ -d $1 ]]; then
        cp "$1 $0
    fi
}
"#,
        expect![[r#"
            backup() | string
        "#]],
    );
    check(
        "shellscript",
        r#"
for a in b; do
    $0
done
"#,
        expect![[r#"
            the file | empty block | more than a line
        "#]],
    );
}

#[test]
fn sql() {
    check(
        "sql",
        r#"
SELECT name FROM orders WHERE name = '가 $0
"#,
        expect![[r#"
            the file | string
        "#]],
    );
    check(
        "sql",
        r#"
CREATE TABLE a (
    id INT, -- 번호 $0
);
"#,
        expect![[r#"
            the file | comment
        "#]],
    );
}

#[test]
fn json() {
    check(
        "json",
        r#"
{
  "scripts": {
    "build": "no$0
  }
}
"#,
        expect![[r#"
            "scripts" | string
        "#]],
    );
}

#[test]
fn jsonc() {
    check(
        "jsonc",
        r#"
{
  // 설명 $0
  "a": [1, 2]
}
"#,
        expect![[r#"
            the file | comment
        "#]],
    );
}

#[test]
fn yaml() {
    check(
        "yaml",
        r#"
jobs:
  test:
    # 시험
    steps:
      - name: a
        run: $0
"#,
        expect![[r#"
            jobs > test > steps
        "#]],
    );
    check(
        "yaml",
        r#"
jobs:
  test:
    $0
"#,
        expect![[r#"
            jobs > test | empty block | more than a line
        "#]],
    );
}

#[test]
fn html() {
    check(
        "html",
        r#"
<body>
  <main id="a">
    <ul>
      $0
    </ul>
  </main>
</body>
"#,
        expect![[r#"
            <body> > <main id="a"> > <ul> | empty block | more than a line
        "#]],
    );
    check(
        "html",
        r#"
<body>
  <a href="가$0
"#,
        expect![[r#"
            <body> | string
        "#]],
    );
}

#[test]
fn css() {
    check(
        "css",
        r#"
@media print {
  .panel {
    color: $0
  }
}
"#,
        expect![[r#"
            @media print > .panel
        "#]],
    );
    check(
        "css",
        r#"
.panel {
  content: "가 $0
}
"#,
        expect![[r#"
            .panel | string
        "#]],
    );
}

#[test]
fn markdown() {
    check(
        "markdown",
        r#"
# 안내

## 설치

먼저 내려받고, $0
"#,
        expect![[r#"
            # 안내 > ## 설치 | prose | more than a line
        "#]],
    );
    check(
        "markdown",
        r#"
# 안내

먼저 $0 실행한다.
"#,
        expect![[r#"
            # 안내 | prose
        "#]],
    );
    check(
        "markdown",
        r#"
# 안내

```sh
# 주석
npm $0
```
"#,
        expect![[r#"
            # 안내
        "#]],
    );
}

#[test]
fn blocks_on_lines_of_their_own() {
    check(
        "csharp",
        "class A\n{\n    void Run()\n    {\n        $0\n    }\n}\n",
        expect![[r#"
        class A > void Run() | empty block | more than a line
    "#]],
    );
    check(
        "c",
        "int run(void)\n{\n    int x = 1;\n    {\n        x.$0\n    }\n}\n",
        expect![[r#"
        int run(void)
    "#]],
    );
    check(
        "php",
        "<?php\nfunction run()\n{$0\n}\n",
        expect![[r#"
        function run() | empty block | more than a line
        without a tree: the file | empty block | more than a line
    "#]],
    );
}

#[test]
fn an_unknown_language() {
    check(
        "zig",
        r#"
fn run() void {
    if (x) {
        a.$0
    }
}
"#,
        expect![[r#"
            fn run() void
        "#]],
    );
}
