import assert from "node:assert/strict";
import { test } from "node:test";
import { placesIn } from "../../src/fix/places";

/** What tools really print, and where one should look first. */
const said: [string, string, string[]][] = [
  ["tsc", "src/cart.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'.", ["src/cart.ts:12"]],
  [
    "tsc, pretty and coloured",
    '\u001b[96msrc/cart.ts\u001b[0m:\u001b[93m12\u001b[0m:\u001b[93m5\u001b[0m - \u001b[91merror\u001b[0m TS2322: No.\n\n12   total = "x"',
    ["src/cart.ts:12"],
  ],
  [
    "ESLint",
    "\n/home/kim/shop/src/cart.js\n   3:7  error    'total' is never used  no-unused-vars\n  10:1  warning  Unexpected console  no-console\n\n✖ 2 problems\n",
    ["/home/kim/shop/src/cart.js:3", "/home/kim/shop/src/cart.js:10"],
  ],
  [
    "a Python traceback: the last call first",
    'Traceback (most recent call last):\n  File "/home/kim/main.py", line 9, in <module>\n    total()\n  File "/home/kim/장바구니/cart.py", line 4, in total\n    return 1 / 0\nZeroDivisionError: division by zero\n',
    ["/home/kim/장바구니/cart.py:4", "/home/kim/main.py:9"],
  ],
  [
    "pytest",
    "    def test_total():\n>       assert total([]) == 1\nE       assert 0 == 1\n\ntests/test_cart.py:5: AssertionError\nFAILED tests/test_cart.py::test_total - assert 0 == 1",
    ["tests/test_cart.py:5"],
  ],
  ["rustc", 'error[E0308]: mismatched types\n --> src/cart.rs:7:9\n  |\n7 |     "x"', ["src/cart.rs:7"]],
  ["a Rust panic", "thread 'main' panicked at src/main.rs:3:5:\nindex out of bounds", ["src/main.rs:3"]],
  ["go", "# shop\n./cart.go:12:5: undefined: total\n", ["./cart.go:12"]],
  ["go test", "--- FAIL: TestTotal (0.00s)\n    cart_test.go:9: got 0, want 1\nFAIL", ["cart_test.go:9"]],
  [
    "Jest",
    "  ● total\n\n    expect(received).toBe(expected)\n\n      at Object.<anonymous> (src/cart.test.js:7:23)\n      at new Promise (<anonymous>)",
    ["src/cart.test.js:7"],
  ],
  [
    "Node",
    "file:///home/kim/cart.mjs:4\n  throw new Error('no');\n        ^\n\nError: no\n    at total (file:///home/kim/cart.mjs:4:9)\n    at node:internal/main/run:12:3",
    ["/home/kim/cart.mjs:4"],
  ],
  ["javac", "Cart.java:8: error: ';' expected\n    int total = 0\n", ["Cart.java:8"]],
  ["a Java trace", "java.lang.IllegalStateException: no\n\tat shop.Cart.total(Cart.java:21)\n", ["Cart.java:21"]],
  ["C#", "Cart.cs(4,13): error CS0103: The name 'x' does not exist", ["Cart.cs:4"]],
  ["gcc", "cart.c:3:10: fatal error: none.h: No such file\n", ["cart.c:3"]],
  ["PHP", "Fatal error: Uncaught Error in /srv/cart.php on line 12", ["/srv/cart.php:12"]],
  ["Windows", "C:\\shop\\cart.ts:12:5 - error TS1005", ["C:\\shop\\cart.ts:12"]],
  ["no place at all", "Segmentation fault (core dumped)\n오류가 났어요 12:30:05", []],
];

for (const [tool, text, expected] of said) {
  test(`finds the places that ${tool} names`, () => {
    assert.deepEqual(
      placesIn(text).map(({ path, line }) => `${path}:${line}`),
      expected,
    );
  });
}

test("of a very long text the end is read", () => {
  const text = `early.py:1\n${"a.b:c(".repeat(200_000)}\n${"((((".repeat(1000)}x.py:3`;
  assert.deepEqual(placesIn(text), [{ path: "x.py", line: 3 }]);
});
