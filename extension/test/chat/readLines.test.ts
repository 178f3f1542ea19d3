import assert from "node:assert/strict";
import { test } from "node:test";
import { readLines } from "../../src/chat/colours/readLines";

/** Each line as `kind:text` pieces. */
function read(language: string, code: string): string[] {
  const reader = readLines(language);
  assert.ok(reader, language);
  return code.split("\n").map((line) => {
    const tokens = reader.next(line);
    assert.equal(tokens.map(({ text }) => text).join(""), line, "no character is lost");
    return tokens.flatMap(({ kind, text }) => (kind ? [`${kind}:${text}`] : [])).join(" ");
  });
}

const cases: [string, string, string[]][] = [
  [
    "py",
    'def f(x):\n    return "가" + 1  # 왜',
    ["keyword:def function:f variable:x", 'keyword:return string:"가" number:1 comment:# 왜'],
  ],
  ["python", 'x = """a\nb"""', ['variable:x string:"""a', 'string:b"""']],
  ["ts", "const a: string = `x`;", ["keyword:const function:a type:string string:`x`"]],
  ["rust", "fn main() {}", ["keyword:fn function:main"]],
  ["Kotlin", "fun f() = true", ["keyword:fun function:f constant:true"]],
  ["html", '<b class="x">', ['tag:<b attribute:class string:"x" tag:>']],
];

for (const [language, code, expected] of cases) {
  test(`${language}: ${code.split("\n", 1)[0]}`, () => assert.deepEqual(read(language, code), expected));
}

test("a line may be read before it is whole", () => {
  const reader = readLines("js");
  assert.equal(reader?.peek('let a = "b')[0]?.kind, "keyword");
  assert.equal(reader?.peek("/* open")[0]?.kind, "comment");
  assert.equal(reader?.next("let a")[0]?.kind, "keyword");
});

test("what no language is has no colours, and odd lines are shown as they are", () => {
  assert.equal(readLines("console"), undefined);
  assert.equal(readLines("__proto__"), undefined);
  const long = "x".repeat(10_000);
  for (const language of ["js", "sql", "yaml", "css", "xml", "ruby", "swift", "shell", "cpp"]) {
    for (const line of [long, "\u0000", "]]>}})'\"`", "\t\t", "👨‍👩‍👧 ㄱ", "#!/'\\"])
      read(language, `${line}\n${line}`);
  }
});
