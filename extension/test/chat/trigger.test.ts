import assert from "node:assert/strict";
import { test } from "node:test";
import { askingAt } from "../../src/chat/page/trigger";

/** The input with `$0` at the cursor in; what asks for the list out, as `trigger from query`. */
function check(input: string, expected: string) {
  const cursor = input.indexOf("$0");
  const asking = askingAt(input.replace("$0", ""), cursor);
  assert.equal(asking ? `${asking.trigger} ${asking.from} ${asking.query}` : "", expected, input);
}

test("an @ asks for what goes along, wherever a word may begin", () => {
  check("@$0", "@ 0 ");
  check("explain @cal$0", "@ 8 cal");
  check("explain @cal$0c.py", "@ 8 cal");
  check("(@src/a$0", "@ 1 src/a");
  check("one\n@file:calc$0", "@ 4 file:calc");
  check("이건 @계산$0", "@ 3 계산");
  check("여기@계ㅅ$0", "@ 2 계ㅅ");
});

test("an address of mail, a finished mention and another place ask for nothing", () => {
  check("mail me@exam$0", "");
  check("@calc.py $0", "");
  check("@calc.py$0 why", "@ 0 calc.py");
  check("@a@b$0", "");
  check("$0@a", "");
  check(`@${"x".repeat(300)}$0`, "");
});

test("a / asks for commands at the very beginning alone", () => {
  check("/$0", "/ 0 ");
  check(" /exp$0", "/ 1 exp");
  check("/검토$0", "/ 0 검토");
  check("/explain this$0", "");
  check("a /exp$0", "");
  check("/usr/bin$0", "");
});
