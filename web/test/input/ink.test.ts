import assert from "node:assert/strict";
import { test } from "node:test";
import { turnBrush } from "../../src/input/brush";
import { findInk, placeInk, readInk } from "../../src/input/ink";
import { filterExamples, listFilters, orderExamples } from "../../src/input/order";

/** A bright bar on dark, or the other way round. */
function bar(side: number, from: number, to: number, isBright = true): Uint8Array {
  const image = new Uint8Array(side * side).fill(isBright ? 0 : 255);
  for (let row = from; row < to; row++) image[row * side + from] = isBright ? 255 : 0;
  return image;
}

test("how the examples are drawn is read from them", () => {
  const bright = readInk([bar(28, 4, 24), bar(28, 4, 24)], 28, 28);
  assert.deepEqual(bright, { isBright: true, share: 20 / 28 });
  const dark = readInk([bar(28, 7, 21, false)], 28, 28);
  assert.deepEqual(dark, { isBright: false, share: 0.5 });
  assert.deepEqual(readInk([], 28, 28), { isBright: true, share: 1 });
});

test("ink is made as large as wished, its weight in the middle", () => {
  const image = bar(28, 2, 6);
  const box = findInk((at) => image[at] ?? 0, 28, 28);
  assert.deepEqual(box, { left: 2, right: 3, top: 2, bottom: 6, x: 2.5, y: 4 });
  assert.ok(box);
  const { scale, left, top } = placeInk(box, 20 / 28, 28, 28);
  assert.equal(scale, 5);
  assert.deepEqual([left + box.x * scale, top + box.y * scale], [14, 14]);
  assert.equal(
    findInk(() => 3, 28, 28),
    null,
  );
});

test("ink whose weight is at its end stays on the sheet", () => {
  const box = { left: 0, right: 10, top: 0, bottom: 10, x: 1, y: 5 };
  const { scale, left } = placeInk(box, 1, 10, 10);
  assert.ok(left + box.left * scale >= 0);
  assert.ok(left + box.right * scale <= 10);
});

test("a brush is moved by keys and stays on its sheet", () => {
  const sheet = { width: 280, height: 280 };
  const down = turnBrush(" ", null, sheet, 28);
  assert.deepEqual(down, { x: 140, y: 140, isDown: true });
  const left = turnBrush("ArrowLeft", down, sheet, 28);
  assert.deepEqual(left, { x: 130, y: 140, isDown: true });
  assert.equal(turnBrush("ArrowUp", { x: 0, y: 3, isDown: false }, sheet, 28)?.y, 0);
  assert.equal(turnBrush("Tab", left, sheet, 28), null);
});

test("mistakes come first, then the least sure, then the others", () => {
  const examples = {
    ...{ origin: "", count: 5, indices: [], task: "categorical" as const },
    ...{ labels: [0, 1, 0, 1, 2], classes: ["a", "b", "c", "d"] },
    ...{ wrong: [3], unsure: [4, 3] },
  };
  const order = orderExamples(examples);
  assert.deepEqual(order, [3, 4, 0, 1, 2]);
  assert.deepEqual(filterExamples(examples, order, "1"), [3, 1]);
  assert.deepEqual(filterExamples(examples, order, "wrong"), [3]);
  const counts = listFilters(examples).map((one) => `${one.title} ${one.count}`);
  assert.deepEqual(counts, [
    ...["all 5", "answered wrong 1", "least sure 2"],
    ...["a 2", "b 2", "c 1"],
  ]);
});
