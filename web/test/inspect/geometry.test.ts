import assert from "node:assert/strict";
import { test } from "node:test";
import type { Place } from "../../src/drawing/volume";
import {
  middleOf,
  outputUnder,
  startOf,
  type Window,
} from "../../src/inspect/geometry";

function square(size: number, stride: number, before: number): Window {
  const side = { size, stride, before };
  return [side, side];
}

test("a window begins in the padding", () => {
  assert.deepEqual(startOf(square(3, 1, 1), [0, 5]), [-1, 4]);
  assert.deepEqual(startOf(square(5, 2, 2), [3, 0]), [4, -2]);
});

test("the output under the middle of a window is its own", () => {
  for (const window of [square(3, 1, 1), square(2, 2, 0), square(5, 3, 2)]) {
    for (const place of [
      [0, 0],
      [4, 7],
    ] as const satisfies Place[]) {
      assert.deepEqual(outputUnder(window, place, middleOf(window, place)), place);
    }
  }
});

test("one pixel on is one output on, whatever the stride", () => {
  for (const stride of [1, 2, 3, 4]) {
    const window = square(3, stride, 0);
    const [row, column] = middleOf(window, [5, 5]);
    assert.deepEqual(outputUnder(window, [5, 5], [row, column + 1]), [5, 6]);
    assert.deepEqual(outputUnder(window, [5, 5], [row, column - 1]), [5, 4]);
    assert.deepEqual(outputUnder(window, [5, 5], [row + 1, column]), [6, 5]);
  }
});

test("a click far away leads there", () => {
  assert.deepEqual(outputUnder(square(2, 2, 0), [0, 0], [20, 31]), [10, 16]);
});
