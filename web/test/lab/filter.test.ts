import assert from "node:assert/strict";
import { test } from "node:test";
import { quantizeMultiplier, rescaleTwice } from "../../src/arithmetic/fixed_point";
import {
  type ColorMode,
  convolutionOf,
  type Filter,
  takeApart,
} from "../../src/lab/compute/filter";
import { type Picture, toGrey } from "../../src/lab/compute/picture";
import { printProject } from "../../src/lab/kernel/on_the_board";
import {
  findPreset,
  PRESETS,
  parseRows,
  printRows,
  resizeRows,
} from "../../src/lab/kernel/presets";
import { draw, MADE_UP } from "../../src/lab/pictures/made_up";

function grey(rows: number[][]): Picture {
  const rgb = Uint8Array.from(rows.flat().flatMap((value) => [value, value, value]));
  return { width: rows[0]?.length ?? 0, height: rows.length, rgb };
}

function filter(rows: number[][], mode: ColorMode = "grey"): Filter {
  return { rows, divisor: 1, offset: 0, mode, padding: "valid" };
}

test("the lectures' 5x5 example, inside", () => {
  const picture = grey([
    [3, 3, 2, 1, 0],
    [0, 0, 1, 3, 1],
    [3, 1, 2, 2, 3],
    [2, 0, 0, 2, 2],
    [2, 0, 0, 0, 1],
  ]);
  const kernel = filter([
    [0, 1, 2],
    [2, 2, 0],
    [0, 1, 2],
  ]);
  const sums = [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) => takeApart(kernel, picture, [row, column]).sum),
  );
  assert.deepEqual(sums, [
    [12, 12, 17],
    [10, 17, 19],
    [9, 6, 14],
  ]);
  const padded = { ...kernel, padding: "same" as const };
  assert.equal(takeApart(padded, picture, [0, 0]).sum, 2 * 3 + 0 + 2 * 0);
  assert.equal(takeApart(padded, picture, [2, 2]).sum, 17);
});

// The lecture's picture is not at hand: light 35 left of dark 10 gives its numbers.
test("an edge of a 10x10 picture: 75 in a channel, 225 in all three", () => {
  const rows = Array.from({ length: 10 }, () =>
    Array.from({ length: 10 }, (_, x) => (x < 5 ? 35 : 10)),
  );
  const kernel = [
    [1, 0, -1],
    [1, 0, -1],
    [1, 0, -1],
  ];
  const picture = grey(rows);
  const row = (mode: ColorMode) =>
    Array.from(
      { length: 8 },
      (_, x) => takeApart(filter(kernel, mode), picture, [3, x]).sum,
    );
  assert.deepEqual(row("grey"), [0, 0, 0, 75, 75, 0, 0, 0]);
  assert.deepEqual(row("sum"), [0, 0, 0, 225, 225, 0, 0, 0]);
  assert.deepEqual(
    takeApart(filter(kernel, "sum"), picture, [3, 3]).sums,
    [75, 75, 75],
  );
});

test("presets say what they are by their numbers alone", () => {
  for (const one of PRESETS) {
    const parsed = parseRows(printRows(one.rows));
    assert.deepEqual(parsed, one.rows);
    assert.equal(findPreset(parsed ?? [], one.divisor, one.offset), one);
  }
  for (const text of ["", "1,2;3,4", "1,2,3;4,5,6;7,8", "1,2,3;4,5,6;7,8,128", "a"]) {
    assert.equal(parseRows(text), null, text);
  }
  assert.equal(parseRows("1,2,3;4,5,6;7,8,0.5"), null);
  const wide = resizeRows(PRESETS[6]?.rows ?? [], 5);
  assert.deepEqual(wide[1], [0, -1, 0, 1, 0]);
  assert.deepEqual(resizeRows(wide, 3), PRESETS[6]?.rows);
});

test("a kernel as a project file has it", () => {
  const { rows = [], divisor = 1 } = PRESETS[6] ?? {};
  assert.equal(
    printProject(rows, divisor),
    '[model]\nname = "image_kernel"\n' +
      "kernel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]\ndivisor = 8",
  );
});

test("rounding is LiteRT's, twice, ties away from zero", () => {
  assert.deepEqual(quantizeMultiplier(0.5), { value: 2 ** 30, shift: 0 });
  assert.deepEqual(quantizeMultiplier(1), { value: 2 ** 30, shift: 1 });
  assert.deepEqual(quantizeMultiplier(1 / 8), { value: 2 ** 30, shift: -2 });
  const half = quantizeMultiplier(0.5);
  assert.deepEqual(
    [-101, -3, 3, 101].map((sum) => rescaleTwice(sum, half)),
    [-50, -1, 2, 51],
  );
  const eighth = quantizeMultiplier(1 / 8);
  assert.deepEqual(
    [-12, -4, 4, 12].map((sum) => rescaleTwice(sum, eighth)),
    [-2, -1, 1, 2],
  );
});

test("each colour by itself has a kernel of its own; a sum has one for all", () => {
  const picture = draw(MADE_UP[0] as (typeof MADE_UP)[number], 8);
  const rows = [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ];
  const each = convolutionOf(filter(rows, "each"), picture);
  assert.equal(each.weights.length, 81);
  assert.deepEqual([...each.weights.subarray(27, 33)], [0, 1, 0, 0, 2, 0]);
  const sum = convolutionOf(filter(rows, "sum"), picture);
  assert.deepEqual([...sum.weights.subarray(0, 6)], [1, 1, 1, 2, 2, 2]);
  assert.equal(sum.sizes.output_height, 6);
});

test("grey does not see the edge that only red sees", () => {
  const made = MADE_UP.find((one) => one.id === "red-only");
  const picture = draw(made as (typeof MADE_UP)[number], 16);
  assert.deepEqual(new Set(toGrey(picture)), new Set([114]));
});
