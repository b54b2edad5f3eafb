import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Answering,
  bestOf,
  printScore,
  scoresOf,
} from "../../src/lab/buys/answers";
import { countEqual, orderOutwards } from "../../src/lab/buys/counting";
import { answerByMeans, permute } from "../../src/lab/buys/permutation";
import { countWeights } from "../../src/lab/buys/sharing";
import { tell } from "../../src/lab/buys/sweep";
import {
  amountsOf,
  kindsOf,
  parseWarp,
  printWarp,
  STILL,
  stillOf,
  warpPixels,
} from "../../src/lab/buys/warp";

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

test("moves go as far as a picture is large, and the picture as it was is met", () => {
  for (const [side, reach, step] of [
    [8, 2, 1],
    [28, 8, 1],
    [96, 28, 4],
    [224, 63, 9],
  ] as const) {
    const kinds = kindsOf({ height: side, width: side, channels: 3 });
    assert.deepEqual([kinds[0]?.to, kinds[0]?.step], [reach, step]);
    for (const kind of kinds) {
      const amounts = amountsOf(kind);
      assert.ok(Math.abs((amounts[stillOf(kind)] ?? 9) - STILL[kind.id]) < 1e-9);
      assert.ok(Math.abs((amounts.at(-1) ?? 9) - kind.to) < 1e-9);
      const order = orderOutwards(kind);
      assert.equal(order[0], stillOf(kind));
      assert.equal(new Set(order).size, amounts.length);
    }
  }
});

test("a warp is in the address, and what is none is the picture as it was", () => {
  const kinds = kindsOf({ height: 28, width: 28, channels: 1 });
  const warp = { right: 3, down: -1, turn: 40, scale: 1.05, slant: 0 };
  assert.equal(printWarp(warp), "3,-1,40,1.05,0");
  assert.deepEqual(parseWarp(printWarp(warp), kinds), warp);
  assert.equal(printWarp(STILL), "");
  for (const text of ["", "1", "9,0,0,1,0", "0,0,0,0,0", "a,0,0,1,0", "0,0,0,1,0,0"])
    assert.deepEqual(parseWarp(text, kinds), STILL, text);
});

test("one output tells two classes", () => {
  const net = {
    model: { outputs: ["y"], tensors: { y: { scale: 1 / 256, zero: -128 } } },
  };
  const scores = scoresOf(net as unknown as Answering, Int8Array.of(64));
  assert.deepEqual(scores, [0.25, 0.75]);
  assert.equal(bestOf(scores), 1);
  assert.equal(printScore(scores, 1), "75 %");
  assert.equal(printScore([3, -8], 0), "3");
});

test("right answers are counted", () => {
  assert.equal(countEqual([1, 2, 3], [1, 0, 3]), 2);
  assert.equal(countEqual([], []), 0);
});

test("the sentence of a sweep stops at the first break", () => {
  const [move] = kindsOf({ height: 28, width: 28, channels: 1 });
  assert.ok(move);
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
