import assert from "node:assert/strict";
import { test } from "node:test";
import { addressed, parseCount } from "../../src/state/address";

test("what cannot be parsed is the usual value", () => {
  const count = addressed("a", 7, parseCount);
  assert.equal(count.value, 7);
  count.value = 3;
  assert.equal(count.value, 3);
  assert.equal(addressed("a", 9, parseCount).value, 3);
  assert.equal(parseCount("-1"), null);
  assert.equal(parseCount("1e3"), null);
});
