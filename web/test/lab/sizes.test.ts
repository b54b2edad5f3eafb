import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countConvolution,
  countDense,
  countLocal,
  fit,
  growFields,
} from "../../src/lab/sizes/geometry";
import { LENET5 } from "../../src/lab/sizes/parameter_count";
import { makeInput, makeKernel, outputOf, type Slide } from "../../src/lab/sizes/slide";
import { explain } from "../../src/lab/sizes/sliding_window";

const LECTURE: Slide = {
  input: makeInput(5),
  kernel: makeKernel(3),
  window: { kernel: 3, stride: 1, dilation: 1 },
  border: "valid",
  operation: "convolution",
  activation: "none",
};

test("the lectures' 5x5 example: inside, padded, with stride 2", () => {
  const inside = [
    [12, 12, 17],
    [10, 17, 19],
    [9, 6, 14],
  ];
  assert.deepEqual(outputOf(LECTURE), inside);
  const padded = outputOf({ ...LECTURE, border: "same" });
  assert.equal(padded.length, 5);
  assert.deepEqual(
    padded.slice(1, 4).map((row) => row.slice(1, 4)),
    inside,
  );
  assert.deepEqual(padded[0], [6, 14, 17, 11, 3]);
  const strided = { ...LECTURE, window: { kernel: 3, stride: 2, dilation: 1 } };
  assert.deepEqual(outputOf(strided), [
    [12, 17],
    [9, 14],
  ]);
  assert.deepEqual(outputOf({ ...strided, border: "same" }), [
    [6, 17, 3],
    [8, 17, 13],
    [6, 4, 4],
  ]);
});

// The lecture's grid is not at hand: this one is the course's, chapter 5.
test("pooling takes the largest or the mean of each window", () => {
  const slide: Slide = {
    ...LECTURE,
    input: makeInput(4),
    window: { kernel: 2, stride: 2, dilation: 1 },
  };
  assert.deepEqual(outputOf({ ...slide, operation: "max" }), [
    [6, 5],
    [7, 9],
  ]);
  assert.deepEqual(outputOf({ ...slide, operation: "average" }), [
    [3.5, 2],
    [3, 6.5],
  ]);
});

test("sizes are TensorFlow's", () => {
  const of = (kernel: number, stride = 1, dilation = 1) => ({
    kernel,
    stride,
    dilation,
  });
  const sides = (n: number, window: ReturnType<typeof of>) =>
    (["valid", "same", "full"] as const).map((border) => fit(n, window, border).output);
  assert.deepEqual(sides(5, of(3)), [3, 5, 7]);
  assert.deepEqual(sides(28, of(5)), [24, 28, 32]);
  assert.deepEqual(sides(6, of(3, 2)), [2, 3, 4]);
  assert.deepEqual(sides(7, of(3, 1, 2)), [3, 7, 11]);
  assert.deepEqual(sides(2, of(3)), [0, 2, 4]);
  // An even sum of padding is split; of an odd one the last side has more.
  assert.deepEqual(fit(6, of(3, 2), "same"), {
    output: 3,
    before: 0,
    after: 1,
    extent: 3,
    unseen: 0,
  });
  assert.equal(fit(6, of(3, 2), "valid").unseen, 1);
  assert.match(
    explain(6, of(3, 2), "valid", fit(6, of(3, 2), "valid")),
    /= 2\. Rounded/,
  );
});

test("fields grow by stride and dilation", () => {
  const sizes = (...layers: [number, number, number][]) =>
    growFields(
      layers.map(([kernel, stride, dilation]) => ({ kernel, stride, dilation })),
    ).map(({ size }) => size);
  assert.deepEqual(sizes([3, 1, 1], [3, 1, 1], [3, 1, 1]), [3, 5, 7]);
  assert.deepEqual(sizes([3, 2, 1], [3, 2, 1], [3, 2, 1]), [3, 7, 15]);
  assert.deepEqual(sizes([3, 1, 1], [3, 1, 2], [3, 1, 4]), [3, 7, 15]);
  assert.deepEqual(sizes([5, 1, 1], [2, 2, 1], [5, 1, 1], [2, 2, 1]), [5, 6, 14, 16]);
});

test("parameters are counted as the lectures do", () => {
  assert.deepEqual(
    LENET5.map(([, , total]) => total),
    [156, 2416, 48120, 10164, 850],
  );
  const places = 640 * 480;
  assert.equal(countDense(places, places), 94_372_147_200);
  assert.equal(countLocal(3, 1, 1, places), 3_072_000);
  assert.equal(countConvolution(3, 1, 1), 10);
});
