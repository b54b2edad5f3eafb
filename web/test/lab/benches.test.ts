import assert from "node:assert/strict";
import { test } from "node:test";
import type { Place } from "../../src/drawing/volume";
import { colorOf, difference, toMosaic, toRaw } from "../../src/lab/colors/bayer";
import type { Filter } from "../../src/lab/compute/filter";
import { takeApart } from "../../src/lab/compute/filter";
import type { Picture } from "../../src/lab/compute/picture";
import {
  edgeAt,
  type Gradient,
  nameDirection,
  wheelColor,
} from "../../src/lab/edges/gradient";
import { EXAMPLES } from "../../src/lab/kernel/lectures";
import { convolveAt, shapeAt } from "../../src/lab/line/functions";
import { draw, MADE_UP } from "../../src/lab/pictures/made_up";

// The lecture's picture is not at hand: pixels left of the middle give its sums.
test("three colours in one sum: -448, -91 and 472 are -67", () => {
  const { sums, sum } = takeApart(...exampleOf("−448 − 91 + 472 = −67"));
  assert.deepEqual([...sums, sum], [-448, -91, 472, -67]);
});

// Nor is this one: light 35 left of dark 10 gives its numbers.
test("an edge of a 10x10 picture: 75 in a channel, 225 in all three", () => {
  assert.equal(takeApart(...exampleOf("An edge: 75")).sum, 75);
  const all = takeApart(...exampleOf("The same in three colours: 225"));
  assert.deepEqual([...all.sums, all.sum], [75, 75, 75, 225]);
});

/** What a chip of the kernel bench shows. */
function exampleOf(title: string): [Filter, Picture, Place] {
  const example = EXAMPLES.find((one) => one.title === title);
  const made = MADE_UP.find((one) => one.id === example?.picture);
  assert.ok(example && made);
  const filter: Filter = {
    rows: example.rows,
    divisor: 1,
    offset: 128,
    mode: example.colors,
    padding: "valid",
  };
  return [filter, draw(made, 64), example.at];
}

test("a mosaic keeps one colour a pixel, half of them green", () => {
  const colors = [0, 1].map((row) => [0, 1].map((column) => colorOf(row, column)));
  assert.deepEqual(colors, [
    [0, 1],
    [1, 2],
  ]);
  const picture: Picture = {
    width: 2,
    height: 2,
    rgb: Uint8Array.from({ length: 12 }, (_, i) => i + 1),
  };
  assert.deepEqual([...toMosaic(picture).rgb], [1, 0, 0, 0, 5, 0, 0, 8, 0, 0, 0, 12]);
  assert.deepEqual([...toRaw(picture).rgb], [1, 1, 1, 5, 5, 5, 8, 8, 8, 12, 12, 12]);
  assert.deepEqual(new Set(difference(picture, picture).rgb), new Set([0]));
});

test("an edge has a strength and a direction", () => {
  const map = (byte: number) => ({
    width: 1,
    height: 1,
    channels: 1,
    bytes: Int8Array.of(byte),
  });
  const gradient = (x: number, y: number): Gradient => ({
    x: map(x),
    y: map(y),
    rising: map(0),
    falling: map(0),
  });
  const named = [
    [100, 0],
    [0, -100],
    [-60, 60],
  ].map(([x = 0, y = 0]) => nameDirection(edgeAt(gradient(x, y), 0).angle));
  assert.deepEqual(named, ["right", "up", "left and down"]);
  assert.equal(edgeAt(gradient(127, 127), 0).strength, 1);
  assert.deepEqual(wheelColor({ strength: 0, angle: 1 }), [0, 0, 0]);
  assert.deepEqual(
    wheelColor({ strength: 1, angle: -Math.PI / 2 }),
    wheelColor({ strength: 1, angle: (3 * Math.PI) / 2 }),
  );
});

test("two boxes give a triangle, two Gaussians a Gaussian of twice the variance", () => {
  for (const [t, expected] of [
    [0, 1],
    [0.5, 0.5],
    [1.2, 0],
  ] as const)
    assert.ok(Math.abs(convolveAt("box", "box", t) - expected) < 0.05, `${t}`);
  const wide = (t: number) => Math.exp(-(t * t) / 0.64) / (0.8 * Math.sqrt(Math.PI));
  for (const t of [0, 0.3, 0.9])
    assert.ok(Math.abs(convolveAt("gauss", "gauss", t) - wide(t)) < 0.01, `${t}`);
  assert.equal(shapeAt("ramp", -0.1), 0);
});
