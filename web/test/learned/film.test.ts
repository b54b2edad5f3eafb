import assert from "node:assert/strict";
import { test } from "node:test";
import { applyFilter, cutFrames } from "../../src/learned/channels/film_frames";

const facts = {
  epochs: [0, 1],
  filters: 2,
  side: [1, 2, 1] as const,
  step: 0.5,
  accuracies: [null, 0.5],
};
const bytes = new Uint8Array(Int8Array.of(1, -2, 3, 4, -5, 6, 7, -8).buffer);

test("a film has its filters frame by frame, each with one scale", () => {
  const frames = cutFrames(bytes, facts);
  assert.deepEqual(
    frames.map((filters) => filters.map(({ weights }) => [...weights])),
    [
      [
        [1, -2],
        [3, 4],
      ],
      [
        [-5, 6],
        [7, -8],
      ],
    ],
  );
  assert.deepEqual(
    frames.map((filters) => filters.map(({ largest }) => largest)),
    [
      [6, 8],
      [6, 8],
    ],
  );
});

test("a filter slides wherever it fits, zeros taken off", () => {
  const filter = cutFrames(bytes, facts)[0]?.[0];
  assert.ok(filter);
  const picture = Int8Array.of(1, 2, 3, 4, 5, 6);
  const plain = applyFilter(
    picture,
    { rows: 2, columns: 3, channels: 1 },
    1,
    filter,
    0,
  );
  assert.deepEqual(plain.volume, { rows: 2, columns: 2, channels: 1 });
  assert.deepEqual([...plain.values], [0 - 2, 1 - 4, 3 - 8, 4 - 10]);
  const deep = applyFilter(picture, { rows: 1, columns: 3, channels: 2 }, 0, filter, 1);
  assert.deepEqual([...deep.values], [2 - 8, 4 - 12]);
  const small = applyFilter(
    picture,
    { rows: 1, columns: 1, channels: 1 },
    0,
    filter,
    0,
  );
  assert.deepEqual([...small.values], [0]);
});
