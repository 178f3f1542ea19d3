import assert from "node:assert/strict";
import { test } from "node:test";
import { testPathsOf } from "../../src/tasks/testFile";

/** File, a place where its tests may be already, and where new ones belong when no folder for them is there. */
const cases: [string, string, string][] = [
  ["src/cart.ts", "test/cart.test.ts", "src/cart.test.ts"],
  ["src/shop/cart.tsx", "src/shop/__tests__/cart.test.tsx", "src/shop/cart.test.tsx"],
  ["cart.js", "cart.spec.js", "cart.test.js"],
  ["shop/cart.py", "tests/test_cart.py", "shop/test_cart.py"],
  ["shop/cart.go", "shop/cart_test.go", "shop/cart_test.go"],
  ["src/cart.rs", "src/cart.rs", "src/cart.rs"],
  ["app/src/main/java/shop/Cart.java", "app/src/test/java/shop/CartTest.java", "app/src/test/java/shop/CartTest.java"],
  ["src/main/kotlin/Cart.kt", "src/test/kotlin/CartTest.kt", "src/test/kotlin/CartTest.kt"],
  ["Shop/Cart.cs", "Shop/CartTests.cs", "Shop/CartTests.cs"],
  ["lib/shop/cart.rb", "spec/shop/cart_spec.rb", "lib/shop/cart_test.rb"],
  ["lib/cart.dart", "test/cart_test.dart", "test/cart_test.dart"],
  ["장바구니/합계.py", "tests/test_합계.py", "장바구니/test_합계.py"],
  ["Makefile", "Makefile_test", "Makefile_test"],
  [".eslintrc", ".eslintrc_test", ".eslintrc_test"],
  ["src/cart.test.ts", "src/cart.test.ts", "src/cart.test.ts"],
  ["tests/test_cart.py", "tests/test_cart.py", "tests/test_cart.py"],
  ["shop/cart_test.go", "shop/cart_test.go", "shop/cart_test.go"],
  ["src/test/java/CartTest.java", "src/test/java/CartTest.java", "src/test/java/CartTest.java"],
  ["src/Latest.java", "src/LatestTest.java", "src/LatestTest.java"],
];

for (const [path, known, fresh] of cases) {
  test(`the tests of ${path}`, () => {
    const paths = testPathsOf(path);
    assert.ok(paths.known.includes(known), paths.known.join(", "));
    assert.equal(paths.fresh.at(-1), fresh);
  });
}
