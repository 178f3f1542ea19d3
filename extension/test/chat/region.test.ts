import assert from "node:assert/strict";
import { test } from "node:test";
import { regionFor } from "../../src/chat/region";

/** The lines of `document` that the code would replace. */
function found(document: string, code: string): string | undefined {
  const region = regionFor(document, code);
  return region && document.split("\n").slice(region.from, region.to).join("\n");
}

const PYTHON = `import os

@cache
def total(items):
    result = 0

    for item in items:
        result += item
    return result


class Basket:
    def add(self, item):
        self.items.append(item)

    def total(self, items):
        return sum(items)

    def 합계(self):
        return 0
`;

const TYPESCRIPT = `export function first(
  items: number[],
): number {
  return items[0];
}

const last = (items: number[]) => {
  return items.at(-1);
};

class Stack {
  push(item: string): void {
    this.items.push(item);
  }
}
`;

const C = `static int add(int a, int b)
{
    return a + b;
}

int main(void) {
    return add(1, 2);
}
`;

const cases: [string, string, string, string | undefined][] = [
  [
    "a method, by its name",
    PYTHON,
    "def add(self, item, n):\n    pass",
    "    def add(self, item):\n        self.items.append(item)",
  ],
  ["a Korean name", PYTHON, "def 합계(self):\n    return 1", "    def 합계(self):\n        return 0"],
  ["a name that two have is no place", PYTHON, "def total(items):\n    return sum(items)", undefined],
  [
    "a class with all it holds",
    PYTHON,
    "class Basket:\n    pass",
    PYTHON.slice(PYTHON.indexOf("class"), PYTHON.lastIndexOf("\n")),
  ],
  ["a name that is nowhere", PYTHON, "def mean(items):\n    return 0", undefined],
  [
    "two definitions are no newer version of one",
    PYTHON,
    "def add(self):\n    pass\n\ndef sub(self):\n    pass",
    undefined,
  ],
  ["a definition and a call of it", PYTHON, "def add(self):\n    pass\n\nprint(add(1))", undefined],
  [
    "parameters on lines of their own",
    TYPESCRIPT,
    "export function first(items: number[]): number | undefined {\n  return items[0];\n}",
    TYPESCRIPT.slice(0, TYPESCRIPT.indexOf("\n\n")),
  ],
  [
    "a constant that is a function",
    TYPESCRIPT,
    "const last = (items: number[]) => items.at(-1);",
    "const last = (items: number[]) => {\n  return items.at(-1);\n};",
  ],
  [
    "C with its bracket below",
    C,
    "int add(int a, int b)\n{\n    return b + a;\n}",
    "static int add(int a, int b)\n{\n    return a + b;\n}",
  ],
  [
    "by its first and its last line",
    "a_setting = 1\nb_setting = 2\nc_setting = 3\nd = 4\n",
    "a_setting = 1\nb_setting = 20\nc_setting = 3",
    "a_setting = 1\nb_setting = 2\nc_setting = 3",
  ],
  ["nothing", PYTHON, "\n\n", undefined],
  ["a sentence", PYTHON, "Use sum instead.", undefined],
];

for (const [name, document, code, expected] of cases) {
  test(name, () => assert.equal(found(document, code), expected));
}

test("a decorator in the code takes the place of the one in the file", () => {
  const document = "x = 1\n# old\n@cache\ndef only(a):\n    return a\n\ny = 2\n";
  assert.equal(
    found(document, "@lru_cache\ndef only(a):\n    return a + 1"),
    "# old\n@cache\ndef only(a):\n    return a",
  );
  assert.equal(found(document, "def only(a):\n    return a + 1"), "def only(a):\n    return a");
});

test("every line end is one", () => {
  const document = "def a():\r\n    return 1\r\n\r\ndef b():\r\n    return 2\r\n";
  assert.deepEqual(regionFor(document, "def b():\n    return 3"), { from: 3, to: 5 });
});
