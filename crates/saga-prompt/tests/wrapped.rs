//! Whatever a model puts around its code, the code comes out of it byte for byte.

use proptest::prelude::*;
use saga_prompt::{AskedCode, Reading, read_code};

/// Code as it was and as it should become, with what stands around it.
#[derive(Clone, Copy, Debug)]
struct Known {
    language: &'static str,
    before: &'static str,
    code: &'static str,
    after: &'static str,
    changed: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        language: "python",
        before: "class Rect:\n    def __init__(self, w, h):\n        self.w = w\n        self.h = h\n\n",
        code: "    def area(self):\n        w = self.w\n        return w * self.h\n",
        after: "\n    def scale(self, k):\n        return Rect(self.w * k, self.h * k)\n",
        changed: "    def area(self) -> int:\n        \"\"\"면적을 구한다.\"\"\"\n        return self.w * self.h\n",
    },
    Known {
        language: "python",
        before: "",
        code: "def add(a, b):\n    total = a + b\n    return total\n",
        after: "\n\ndef sub(a, b):\n    return a - b\n",
        changed: "def add(a, b):\n    # 두 수의 합 🧮\n\n    return a + b\n",
    },
    Known {
        language: "python",
        before: "import os\n\n\n",
        code: "def 합계(값들):\n    결과 = 0\n    for 값 in 값들:\n        결과 += 값\n    return 결과",
        after: "",
        changed: "def 합계(값들):\n    # ㅎㅏㅂ, 그리고 👨‍👩‍👧\n    return sum(값들)",
    },
    Known {
        language: "rust",
        before: "impl Cell {\n",
        code: "    fn get(&self) -> u32 {\n        return self.x;\n    }",
        after: "\n\n    fn set(&mut self, x: u32) {\n        self.x = x;\n    }\n}\n",
        changed: "    fn get(&self) -> u32 {\n        // `x` is set.\n        self.x\n    }",
    },
    Known {
        language: "typescript",
        before: "import { g } from './g';\n\n",
        code: "export function f(xs: number[]) {\n  const out = [];\n  for (const x of xs) out.push(x);\n  return out;\n}\n",
        after: "\nexport const h = g(f);\n",
        changed: "export function f(xs: number[]) {\n  const fence = \"```\";\n\n  return xs.map((x) => `${fence}${x}`);\n}\n",
    },
    Known {
        language: "go",
        before: "func open(path string) error {\n\t_, err := os.Open(path)\n",
        code: "\tif err != nil {\n\t\treturn err\n\t}\n",
        after: "\treturn nil\n}\n",
        changed: "\tif err != nil {\n\t\treturn fmt.Errorf(\"열기: %w\", err)\n\t}\n",
    },
    Known {
        language: "java",
        before: "    int sum(int[] xs) {\n",
        code: "        int total = 0;\n        for (int x : xs) {\n            total += x;\n        }\n",
        after: "        return total;\n    }\n",
        changed: "        int total = Arrays.stream(xs).sum();\n",
    },
    Known {
        language: "sql",
        before: "",
        code: "SELECT *\nFROM users\nWHERE id = 1",
        after: ";\n",
        changed: "SELECT id, name\nFROM users\nWHERE id = 1",
    },
];

const PREAMBLES: &[&str] = &[
    "Sure! Here's the refactored code:\n\n",
    "Here is the updated version of the function:\n",
    "Certainly. I simplified it:\n\n",
    "물론입니다! 아래는 수정된 코드입니다.\n\n",
    "다음과 같이 바꿀 수 있습니다:\n",
    "네, 알겠습니다.\n요청하신 대로 고쳤어요.\n\n",
];
const EPILOGUES: &[&str] = &[
    "",
    "\n",
    "\nThis version is shorter and easier to read.\n",
    "\n\n**Explanation:**\n- The loop is gone.\n- It's faster.\n",
    "\n위 코드는 더 간결합니다.\n\n1. 변수를 없앴습니다.\n2. 바로 반환합니다.\n",
    "\n<|eot_id|>",
];
const THOUGHTS: &[&str] = &[
    "",
    "<think>\nWhat is asked?\nx = 1\n</think>\n\n",
    "<think>\n```python\nwrong()\n```\n</think>\n",
    "<think>\n무엇을 고칠까?\n</think>",
];

/// How a model puts code between its words.
#[derive(Clone, Copy, Debug)]
enum Wrap {
    Fence(&'static str),
    LongFence,
    Numbered(&'static str),
    Neighbours,
    Unclosed,
    Bare,
    Prefilled,
    PrefilledClosed,
}

fn wraps() -> impl Strategy<Value = Wrap> {
    let tags = vec!["", "python", "rust", "Code", "ts title=a.ts", "c++"];
    prop_oneof![
        4 => prop::sample::select(tags).prop_map(Wrap::Fence),
        1 => Just(Wrap::LongFence),
        2 => prop::sample::select(vec![" | ", ": ", "\t"]).prop_map(Wrap::Numbered),
        2 => Just(Wrap::Neighbours),
        1 => Just(Wrap::Unclosed),
        1 => Just(Wrap::Bare),
        1 => Just(Wrap::Prefilled),
        1 => Just(Wrap::PrefilledClosed),
    ]
}

/// Where a model puts the left edge of its code.
#[derive(Clone, Copy, Debug)]
enum Edge {
    InPlace,
    Left,
    Deeper,
}

#[derive(Clone, Debug)]
struct Said {
    known: Known,
    preamble: &'static str,
    answer: String,
    prefilled: bool,
}

fn answers() -> impl Strategy<Value = Said> {
    let words = (
        prop::sample::select(THOUGHTS),
        prop::option::of(prop::sample::select(PREAMBLES)),
        prop::sample::select(EPILOGUES),
    );
    let edges = prop_oneof![Just(Edge::InPlace), Just(Edge::Left), Just(Edge::Deeper)];
    (prop::sample::select(KNOWN), words, wraps(), any::<bool>(), edges).prop_map(
        |(known, (thoughts, preamble, after), wrap, crlf, edge)| {
            let preamble = preamble.unwrap_or_default();
            let before = format!("{thoughts}{preamble}");
            let code = at_edge(known.changed, edge);
            let code = code.trim_end_matches('\n');
            let (answer, prefilled) = match wrap {
                Wrap::Fence(tag) => (format!("{before}```{tag}\n{code}\n```{after}"), false),
                Wrap::LongFence => (format!("{before}`````\n{code}\n`````{after}"), false),
                Wrap::Numbered(mark) => {
                    (format!("{before}```\n{}```{after}", numbered(code, mark)), false)
                }
                Wrap::Neighbours => {
                    let whole = format!("{}{}{}", known.before, known.changed, known.after);
                    (format!("{before}```\n{}\n```{after}", whole.trim_end()), false)
                }
                Wrap::Unclosed => (format!("{before}```\n{code}\n{after}"), false),
                Wrap::Bare => (format!("{before}{code}\n{after}"), false),
                Wrap::Prefilled => (code.to_owned(), true),
                Wrap::PrefilledClosed => (format!("{code}\n```{after}"), true),
            };
            let answer = if crlf { answer.replace('\n', "\r\n") } else { answer };
            Said { known, preamble, answer, prefilled }
        },
    )
}

fn numbered(code: &str, mark: &str) -> String {
    code.lines()
        .enumerate()
        .map(|(index, line)| format!("{:>3}{mark}{line}\n", index + 9))
        .collect()
}

fn at_edge(code: &str, edge: Edge) -> String {
    let first = code.lines().next().unwrap_or_default();
    let indentation = &first[..first.len() - first.trim_start().len()];
    let lines = code.split('\n').map(|line| match edge {
        Edge::InPlace => line.to_owned(),
        Edge::Left => line.strip_prefix(indentation).unwrap_or(line).to_owned(),
        Edge::Deeper if line.is_empty() => String::new(),
        Edge::Deeper if code.contains('\t') => format!("\t{line}"),
        Edge::Deeper => format!("    {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn asked(said: &Said) -> AskedCode<'_> {
    let Known { language, before, code, after, .. } = said.known;
    AskedCode { code, before, after, language, prefilled: said.prefilled }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn any_wrapping_gives_the_code_back(said in answers()) {
        prop_assert_eq!(
            read_code(&said.answer, &asked(&said), true),
            Reading::Code(said.known.changed.to_owned()),
            "{}", said.answer
        );
    }

    #[test]
    fn any_text_is_read(answer in "(```|\n|    |x = 1|python|…|\\PC|<think>|\\.\\.\\.|@@|[-+] |1[|] |<<<<<<< |=======\n|>>>>>>> |&lt;){0,20}", finished: bool, prefilled: bool) {
        let known = KNOWN[0];
        let Known { language, before, code, after, .. } = known;
        let asked = AskedCode { code, before, after, language, prefilled };
        if let Reading::Code(code) = read_code(&answer, &asked, finished) {
            prop_assert!(code.ends_with('\n') && !code.trim().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn while_it_streams_no_preamble_is_code(said in answers()) {
        for (end, _) in said.answer.char_indices() {
            let Reading::Code(code) = read_code(&said.answer[..end], &asked(&said), false) else {
                continue;
            };
            for words in said.preamble.lines().filter(|words| !words.is_empty()) {
                let shows = code.lines().any(|line| line.trim().len() > 6 && words.starts_with(line.trim()));
                prop_assert!(!shows, "{:?} shows {code}", &said.answer[..end]);
            }
        }
    }
}
