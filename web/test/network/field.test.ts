import assert from "node:assert/strict";
import { test } from "node:test";
import { blockOf } from "../../src/network/field/block";
import { fieldOf, spacingOf } from "../../src/network/field/field";
import { makeModel, type Step, square } from "./chain";

const conv = (from: string, to: string, side: number, window = square(3)): Step => ({
  kind: "CONV_2D",
  from: [from],
  to,
  shape: [1, side, side, 4],
  window,
});

/** LeNet-5 as the lectures draw it, from 28 x 28. */
const LENET: readonly Step[] = [
  conv("x", "c1", 24, square(5)),
  { ...conv("c1", "p1", 12, square(2, 2)), kind: "MAX_POOL_2D" },
  conv("p1", "c2", 8, square(5)),
  { ...conv("c2", "p2", 4, square(2, 2)), kind: "MAX_POOL_2D" },
  { kind: "RESHAPE", from: ["p2"], to: "flat", shape: [1, 64] },
  { kind: "FULLY_CONNECTED", from: ["flat"], to: "dense", shape: [1, 10] },
];

test("LeNet-5's fields are those of the lectures", () => {
  const { model, network } = makeModel([1, 28, 28, 1], LENET);
  const seen = ["c1", "p1", "c2", "p2"].map((name) => {
    const spacing = spacingOf(model, network, name, "x");
    return [spacing?.size[0], spacing?.jump[1], spacing?.rows[0]];
  });
  // Size, distance of neighbours, start.
  assert.deepEqual(seen, [
    [5, 1, 0],
    [6, 2, 0],
    [14, 2, 0],
    [16, 4, 0],
  ]);
  assert.deepEqual(spacingOf(model, network, "dense", "x")?.size, [28, 28]);
});

test("a value's field is where it is, and ends at the border", () => {
  const { model, network } = makeModel([1, 28, 28, 1], LENET);
  const at = (name: string, row: number, column: number, channel = 0) => {
    const field = fieldOf(model, network, name, blockOf([row, column], channel)).get(
      "x",
    );
    return [field?.rows, field?.columns];
  };
  assert.deepEqual(at("c1", 3, 7), [
    [3, 7],
    [7, 11],
  ]);
  assert.deepEqual(at("p2", 3, 0), [
    [12, 27],
    [0, 15],
  ]);
  // The flattened number 4 * (4 * 2 + 1) + 3 is channel 3 of row 2, column 1.
  assert.deepEqual(at("flat", 0, 0, 39), at("p2", 2, 1, 3));
  const padded = makeModel(
    [1, 6, 6, 1],
    [conv("x", "a", 6, square(3, 1, 1)), conv("a", "b", 3, square(3, 2, 1))],
  );
  const corner = fieldOf(padded.model, padded.network, "b", blockOf([0, 2], 0)).get(
    "x",
  );
  assert.deepEqual(corner?.rows, [0, 2]);
  assert.deepEqual(corner?.columns, [2, 5]);
  assert.deepEqual(spacingOf(padded.model, padded.network, "b", "x")?.rows, [-2, 2]);
});

test("stride multiplies the distance, dilation the reach", () => {
  const steps = [
    conv("x", "a", 32, square(3, 2, 1)),
    conv("a", "b", 16, square(3, 2, 1)),
    conv("b", "c", 16, square(3, 1, 2, 2)),
  ];
  const { model, network } = makeModel([1, 64, 64, 1], steps);
  const sizes = ["a", "b", "c"].map((name) => spacingOf(model, network, name, "x"));
  assert.deepEqual(
    sizes.map((one) => one?.size[0]),
    [3, 7, 7 + 2 * 2 * 4],
  );
  assert.deepEqual(
    sizes.map((one) => one?.jump[0]),
    [2, 4, 4],
  );
});

test("branches are joined: a short cut adds nothing, the widest branch decides", () => {
  const steps: readonly Step[] = [
    conv("x", "a", 9, square(3, 1, 1)),
    conv("a", "b", 9, square(5, 1, 2)),
    { kind: "ADD", from: ["x", "b"], to: "sum", shape: [1, 9, 9, 4] },
    conv("sum", "one", 9, square(1)),
    { kind: "CONCATENATION", from: ["one", "sum"], to: "both", shape: [1, 9, 9, 8] },
  ];
  const { model, network } = makeModel([1, 9, 9, 4], steps);
  assert.deepEqual(spacingOf(model, network, "sum", "x")?.size, [7, 7]);
  assert.deepEqual(spacingOf(model, network, "both", "x")?.size, [7, 7]);
  const only = (channel: number) =>
    fieldOf(model, network, "both", blockOf([4, 4], channel)).get("x");
  assert.deepEqual(only(7)?.rows, [1, 7]);
  assert.equal(only(7)?.isExact, true);
});

test("each channel of joined maps sees what its own branch sees", () => {
  const steps: readonly Step[] = [
    conv("x", "small", 9, square(1)),
    conv("x", "wide", 9, square(5, 1, 2)),
    { kind: "CONCATENATION", from: ["small", "wide"], to: "y", shape: [1, 9, 9, 8] },
  ];
  const { model, network } = makeModel([1, 9, 9, 1], steps);
  const rows = [0, 3, 4, 7].map(
    (channel) => fieldOf(model, network, "y", blockOf([4, 4], channel)).get("x")?.rows,
  );
  assert.deepEqual(rows, [
    [4, 4],
    [4, 4],
    [2, 6],
    [2, 6],
  ]);
});

test("a border is no part of the input, a gate sees all, the unknown is a bound", () => {
  const steps: readonly Step[] = [
    {
      kind: "PAD",
      from: ["x"],
      to: "padded",
      shape: [1, 10, 10, 4],
      params: { before: [0, 1, 1, 0] },
    },
    conv("padded", "a", 8),
    { kind: "MEAN", from: ["a"], to: "mean", shape: [1, 1, 1, 4] },
    { kind: "MUL", from: ["a", "mean"], to: "gated", shape: [1, 8, 8, 4] },
    { kind: "TRANSPOSE", from: ["a"], to: "turned", shape: [1, 8, 8, 4] },
  ];
  const { model, network } = makeModel([1, 8, 8, 4], steps);
  const at = (name: string) =>
    fieldOf(model, network, name, blockOf([0, 0], 1)).get("x");
  assert.deepEqual(at("a")?.rows, [0, 1]);
  assert.deepEqual(at("gated")?.rows, [0, 7]);
  assert.equal(at("gated")?.isExact, true);
  assert.equal(at("turned")?.isExact, false);
  assert.deepEqual(at("turned")?.rows, [0, 7]);
});
