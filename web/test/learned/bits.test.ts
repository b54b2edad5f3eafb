import assert from "node:assert/strict";
import { test } from "node:test";
import { drawSpread, measureSpread } from "../../src/learned/bits/spread";
import { keptBy, roundToThree } from "../../src/learned/bits/ternary";

test("a spread tells used steps and both ends", () => {
  const counts = new Array<number>(256).fill(0);
  [counts[0], counts[100], counts[255]] = [6, 3, 1];
  assert.deepEqual(measureSpread(counts), { used: 3, lowest: 0.6, highest: 0.1 });
  assert.equal(measureSpread(new Array(256).fill(0)).lowest, 0);
});

test("four times as many values are a bar twice as high", () => {
  assert.equal(drawSpread([4, 0, 1], 10), "M0 10v-10h1v10ZM2 10v-5h1v5Z");
});

test("what is below 0.7 of the mean size becomes zero", () => {
  const weights = Int8Array.of(10, -8, 1, -1);
  const three = roundToThree(weights);
  assert.deepEqual([...three.signs], [1, -1, 0, 0]);
  assert.equal(three.size, 9);
  assert.equal(keptBy(weights, three), 1 - (1 + 1 + 1 + 1) / 166);
  assert.equal(keptBy(Int8Array.of(5, -5), roundToThree(Int8Array.of(5, -5))), 1);
  assert.equal(keptBy(Int8Array.of(0), roundToThree(Int8Array.of(0))), 1);
});
