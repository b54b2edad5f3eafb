import assert from "node:assert/strict";
import { test } from "node:test";
import { answerByMeans, permute } from "../../src/lab/buys/permutation";
import { countWeights } from "../../src/lab/buys/sharing";
import { tell } from "../../src/lab/buys/sweep";
import { KINDS, STILL, warpPixels } from "../../src/lab/buys/warp";

const PIXELS = { height: 3, width: 3, channels: 1 };
const PICTURE = Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

test("a picture is moved, turned and scaled around its middle", () => {
  const warp = (part: object) => [
    ...warpPixels(PICTURE, PIXELS, { ...STILL, ...part }, 0),
  ];
  assert.deepEqual(warp({}), [...PICTURE]);
  assert.deepEqual(warp({ right: 1 }), [0, 1, 2, 0, 4, 5, 0, 7, 8]);
  assert.deepEqual(warp({ down: -1 }), [4, 5, 6, 7, 8, 9, 0, 0, 0]);
  assert.deepEqual(warp({ turn: 180 }), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual(warp({ turn: 90 }), [7, 4, 1, 8, 5, 2, 9, 6, 3]);
  assert.deepEqual(warp({ scale: 0.5 }), [0, 0, 0, 0, 5, 0, 0, 0, 0]);
  assert.deepEqual(warp({ slant: 45 }), [0, 1, 2, 4, 5, 6, 8, 9, 0]);
});

test("an order of pixels has each once, and a seed gives the same", () => {
  const order = permute(64, 7);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...Array(64).keys()],
  );
  assert.deepEqual(order, permute(64, 7));
  assert.notDeepEqual(order, permute(64, 8));
});

test("a dense layer of means does not care for the order", () => {
  const rows = [
    [9, 0, 1, 0],
    [8, 1, 0, 0],
    [0, 1, 9, 7],
    [1, 0, 4, 4],
  ];
  const order = [2, 0, 3, 1];
  const mixed = rows.map((row) => order.map((from) => row[from] ?? 0));
  const truth = [0, 0, 2, 2];
  const answers = (of: number[][]) =>
    answerByMeans(
      of.map((row) => Float64Array.from(row)),
      truth,
    );
  assert.deepEqual(answers(rows), truth);
  assert.deepEqual(answers(mixed), answers(rows));
});

test("the sentence of a sweep stops at the first break", () => {
  const [move] = KINDS;
  const holds = Array.from({ length: 17 }, (_, i) => i !== 5 && i !== 10);
  assert.match(tell(move, holds), /from \u22122 to 1 pixels/);
  const only = holds.map((_, i) => i === 8);
  assert.match(tell(move, only), /only as it was/);
});

test("a convolution's weights, if they were not shared", () => {
  const params = {
    input_height: 6,
    input_width: 6,
    input_channels: 2,
    output_height: 4,
    output_width: 4,
    output_channels: 3,
    kernel_height: 3,
    kernel_width: 3,
  };
  const call = { op: 0, function: "", args: [], inputs: [], outputs: [] };
  const found = countWeights({ ...call, kind: "CONV_2D", params });
  assert.deepEqual([found?.shared, found?.local, found?.dense], [54, 54 * 16, 72 * 48]);
  assert.equal(countWeights({ ...call, kind: "ADD", params }), null);
});
