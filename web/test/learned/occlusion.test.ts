import assert from "node:assert/strict";
import { test } from "node:test";
import { cover, Drops, listPatches } from "../../src/learned/attention/occlusion";

const volume = (rows: number, columns: number, channels = 1) => ({
  rows,
  columns,
  channels,
});

test("patches are an eighth of the picture, half a patch apart, and reach its end", () => {
  const patches = listPatches(volume(32, 30));
  const tops = [...new Set(patches.map(({ top }) => top))];
  assert.deepEqual(tops, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28]);
  assert.equal(Math.max(...patches.map(({ left, columns }) => left + columns)), 30);
  assert.equal(listPatches(volume(3, 3)).length, 9);
});

test("every pixel is covered by some patch", () => {
  for (const side of [1, 7, 8, 28, 33, 96]) {
    const drops = new Drops(volume(side, side));
    for (const patch of listPatches(volume(side, side))) drops.add(patch, 1);
    assert.ok(drops.tell().every((drop) => drop === 1));
  }
});

test("a covered patch has the mean of each colour, the rest is as it was", () => {
  const picture = Int8Array.of(-10, 1, 2, 20, 3, 4, -10, 5, 6, 20, 7, 8);
  const patch = { top: 0, left: 1, rows: 2, columns: 1 };
  const covered = cover(picture, volume(2, 2, 3), patch);
  assert.deepEqual([...covered], [-10, 1, 2, 5, 4, 5, -10, 5, 6, 5, 4, 5]);
  assert.equal(picture[3], 20);
});

test("a pixel's drop is the mean over the patches on it", () => {
  const drops = new Drops(volume(1, 3));
  drops.add({ top: 0, left: 0, rows: 1, columns: 2 }, 4);
  drops.add({ top: 0, left: 1, rows: 1, columns: 2 }, -2);
  assert.deepEqual([...drops.tell()], [4, 1, -2]);
});
