import assert from "node:assert/strict";
import { test } from "node:test";
import { cornerOf, planAtlas, rangeAt, spotAt } from "../../src/drawing/atlas";
import { stepFrom } from "../../src/drawing/grid";
import { ORIGIN, paintMap, paintPicture } from "../../src/drawing/paint";
import {
  colourAt,
  HIGH,
  isDark,
  LOW,
  MIDDLE,
  packPixel,
  rangeOf,
} from "../../src/drawing/ramp";
import { indexOf, volumeOf } from "../../src/drawing/volume";

const ROOM = { width: 320, height: 300, side: 64 };

test("shapes become rows, columns and channels", () => {
  assert.deepEqual(volumeOf([1, 28, 24, 6]), { rows: 28, columns: 24, channels: 6 });
  assert.deepEqual(volumeOf([1, 120]), { rows: 1, columns: 1, channels: 120 });
  assert.deepEqual(volumeOf([10]), { rows: 1, columns: 1, channels: 10 });
  assert.deepEqual(volumeOf([1, 49, 10]), { rows: 1, columns: 49, channels: 10 });
  assert.deepEqual(volumeOf([]), { rows: 1, columns: 1, channels: 1 });
  assert.equal(indexOf(volumeOf([1, 3, 4, 2]), [1, 2], 1), (1 * 4 + 2) * 2 + 1);
});

test("the middle of the colours is the zero point, and both sides have one measure", () => {
  const range = { low: -128, high: 27, zero: -28 };
  assert.deepEqual(colourAt(range, -28), MIDDLE);
  assert.deepEqual(colourAt(range, -128), LOW);
  assert.notDeepEqual(colourAt(range, 27), HIGH); // 55 above zero, 100 are possible
  assert.deepEqual(colourAt({ low: -128, high: 127, zero: -128 }, 127), HIGH);
  assert.deepEqual(colourAt({ low: 5, high: 5, zero: 5 }, 5), MIDDLE);
  assert.ok(isDark(LOW) && isDark(HIGH) && !isDark(MIDDLE));
});

test("a range is that of a layer or of one of its maps", () => {
  const values = Int8Array.of(1, -5, 2, 7, 3, 0);
  const volume = volumeOf([1, 1, 3, 2]);
  assert.deepEqual(rangeOf(values, -1), { low: -5, high: 7, zero: -1 });
  assert.deepEqual(rangeOf(values, -1, volume, 0), { low: 1, high: 3, zero: -1 });
  const atlas = planAtlas(volume, ROOM);
  assert.deepEqual(rangeAt(atlas, values, 0, "map", 1), { low: -5, high: 7, zero: 0 });
  assert.deepEqual(rangeAt(atlas, values, 0, "layer", 0), {
    low: -5,
    high: 7,
    zero: 0,
  });
  assert.deepEqual(rangeOf(new Int8Array(), 4), { low: 4, high: 4, zero: 4 });
});

test("a map is painted channel by channel, each value as a square", () => {
  const values = Int8Array.of(0, 9, 0, -9, 0, 9, 0, 0); // 2 x 2, two channels
  const pixels = new Uint32Array(6 * 5);
  const range = { low: -9, high: 9, zero: 0 };
  const spot = { left: 1, top: 1, zoom: 2 };
  paintMap({ pixels, width: 6 }, spot, values, volumeOf([1, 2, 2, 2]), 1, range);
  const [h, l, m] = [packPixel(HIGH), packPixel(LOW), packPixel(MIDDLE)];
  assert.deepEqual(
    [...pixels],
    [
      [0, 0, 0, 0, 0, 0],
      [0, h, h, l, l, 0],
      [0, h, h, l, l, 0],
      [0, h, h, m, m, 0],
      [0, h, h, m, m, 0],
    ].flat(),
  );
});

test("a picture has the pixels that the input's bytes stand for", () => {
  const pixels = new Uint32Array(2);
  const grey = Int8Array.of(-128, 127);
  paintPicture({ pixels, width: 2 }, ORIGIN, grey, volumeOf([1, 1, 2, 1]));
  assert.deepEqual([...pixels], [packPixel([0, 0, 0]), packPixel([255, 255, 255])]);
  const colours = Int8Array.of(-128, 0, 127, 127, -28, -128);
  paintPicture({ pixels, width: 2 }, ORIGIN, colours, volumeOf([1, 1, 2, 3]));
  assert.deepEqual([...pixels], [packPixel([0, 128, 255]), packPixel([255, 100, 0])]);
  const real = Float32Array.of(0, 0.5);
  paintPicture({ pixels, width: 2 }, ORIGIN, real, volumeOf([1, 1, 2, 1]));
  assert.deepEqual([...pixels], [packPixel([0, 0, 0]), packPixel([128, 128, 128])]);
});

test("an atlas fits its room and finds what lies under a pixel", () => {
  for (const shape of [
    [1, 24, 24, 6],
    [1, 32, 32, 16],
    [1, 3, 3, 1280],
    [1, 96, 40, 3],
    [1, 1, 1, 7],
  ]) {
    const volume = volumeOf(shape);
    const atlas = planAtlas(volume, ROOM);
    assert.ok(atlas.width <= Math.max(ROOM.width, volume.columns), String(shape));
    const last = volume.channels - 1;
    for (const channel of [0, last]) {
      const { left, top } = cornerOf(atlas, channel);
      const [right, bottom] = [
        left + volume.columns * atlas.zoom - 1,
        top + volume.rows * atlas.zoom - 1,
      ];
      assert.deepEqual(spotAt(atlas, left, top), { channel, place: [0, 0] });
      assert.deepEqual(spotAt(atlas, right, bottom), {
        channel,
        place: [volume.rows - 1, volume.columns - 1],
      });
      assert.equal(spotAt(atlas, right + 1, bottom), null);
      assert.ok(right < atlas.width && bottom < atlas.height);
    }
    assert.equal(spotAt(atlas, -1, 0), null);
  }
  assert.equal(planAtlas(volumeOf([1, 24, 24, 6]), ROOM).zoom, 2);
});

test("arrow keys stay on the grid", () => {
  assert.deepEqual(stepFrom("ArrowUp", [0, 3], 4, 5), [0, 3]);
  assert.deepEqual(stepFrom("ArrowRight", [0, 3], 4, 5), [0, 4]);
  assert.deepEqual(stepFrom("ArrowRight", [0, 4], 4, 5), [0, 4]);
  assert.equal(stepFrom("Enter", [0, 4], 4, 5), null);
});
