import assert from "node:assert/strict";
import { test } from "node:test";
import type { Network } from "../../src/network/graph";
import { formulaOf, printReal, titleOf, windowOf } from "../../src/network/words";
import type { Window } from "../../src/page/document";
import { makeModel, square } from "./chain";

function say(from: readonly number[], to: readonly number[], window: Window): string {
  const { network } = makeModel(from, [
    { kind: "CONV_2D", from: ["x"], to: "y", shape: to, window },
  ]);
  return formulaOf(layer(network, "y"), layer(network, "x"));
}

function layer(network: Network, name: string) {
  const found = network.get(name);
  assert.ok(found);
  return found;
}

test("the formula is TensorFlow's, with the numbers put in", () => {
  assert.equal(
    say([1, 28, 28, 1], [1, 24, 24, 6], square(5)),
    "⌊(28 − 5) / 1⌋ + 1 = 24",
  );
  assert.equal(say([1, 7, 7, 1], [1, 3, 3, 1], square(2, 2)), "⌊(7 − 2) / 2⌋ + 1 = 3");
  const same: Window = { ...square(3, 2), padding: [0, 0, 1, 1] };
  assert.equal(
    say([1, 32, 32, 3], [1, 16, 16, 8], same),
    "⌈32 / 2⌉ = ⌊(32 + 1 − 3) / 2⌋ + 1 = 16",
  );
  assert.equal(
    say([1, 10, 10, 1], [1, 6, 6, 1], square(3, 1, 0, 2)),
    "⌊(10 − 5) / 1⌋ + 1 = 6",
  );
  const tall: Window = { ...square(1), size: [10, 4], stride: [2, 2] };
  assert.equal(
    say([1, 49, 10, 1], [1, 20, 4, 1], tall),
    "rows ⌊(49 − 10) / 2⌋ + 1 = 20; columns ⌊(10 − 4) / 2⌋ + 1 = 4",
  );
});

test("a window says its padding, stride and dilation", () => {
  const { network } = makeModel(
    [1, 9, 9, 1],
    [
      {
        kind: "CONV_2D",
        from: ["x"],
        to: "y",
        shape: [1, 9, 9, 1],
        window: square(3, 1, 2, 2),
      },
      { kind: "RESHAPE", from: ["y"], to: "z", shape: [1, 81] },
    ],
  );
  assert.equal(
    windowOf(layer(network, "y")),
    "“same” padding: 2 + 2, stride 1, dilation 2, so that it reaches 5 × 5",
  );
  assert.equal(titleOf(layer(network, "z")), "Flatten");
  assert.equal(titleOf(layer(network, "x")), "Input");
});

test("real numbers are short", () => {
  const texts = [0, 0.25, -1.5, 12.345, 123.4, 0.00012, 2e9].map(printReal);
  const wanted = ["0", "0.25", "−1.50", "12.3", "123", "0.000120", "2.00e+9"];
  assert.deepEqual(texts, wanted);
});
