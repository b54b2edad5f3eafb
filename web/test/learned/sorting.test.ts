import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, shapeOf } from "../../src/learned/sorting/marks";
import { nearestDot, nextDot } from "../../src/learned/sorting/next_dot";

const CROSS = [
  [0, 0],
  [1, 0.2],
  [-1, 0],
  [0, 1],
  [0.1, -1],
] as const;

test("an arrow leads to the nearest dot on its side", () => {
  assert.equal(nextDot(CROSS, 0, "ArrowRight"), 1);
  assert.equal(nextDot(CROSS, 0, "ArrowLeft"), 2);
  assert.equal(nextDot(CROSS, 0, "ArrowUp"), 3);
  assert.equal(nextDot(CROSS, 0, "ArrowDown"), 4);
  assert.equal(nextDot(CROSS, 2, "ArrowLeft"), null);
  assert.equal(nextDot(CROSS, 0, "Enter"), null);
});

test("a click means the nearest dot", () => {
  assert.equal(nearestDot(CROSS, [0.9, 0]), 1);
  assert.equal(nearestDot(CROSS, [0.1, 0.1]), 0);
});

test("56 classes have a colour and shape that no other has", () => {
  const marks = Array.from({ length: 56 }, (_, i) => colourOf(i) + shapeOf(i, 5));
  assert.equal(new Set(marks).size, 56);
});
