import assert from "node:assert/strict";
import { test } from "node:test";
import {
  advance,
  lengthOf,
  makeWalk,
  pause,
  placeOf,
  stepOf,
} from "../../src/inspect/walk";
import { channel, position } from "../../src/state/selection";

const MAP = { rows: 2, columns: 3, channels: 4 };
const LIST = { rows: 1, columns: 1, channels: 5 };

test("a map is walked row by row, a list through its numbers", () => {
  assert.equal(lengthOf(MAP), 6);
  assert.deepEqual(placeOf(MAP, 4, 2), [[1, 1], 2]);
  assert.equal(stepOf(MAP, [1, 1], 2), 4);
  assert.equal(lengthOf(LIST), 5);
  assert.deepEqual(placeOf(LIST, 3, 0), [[0, 0], 3]);
  assert.equal(stepOf(LIST, [0, 0], 3), 3);
});

test("the address hears of a walk where it stops", () => {
  const walk = makeWalk();
  position.value = [0, 0];
  walk.isPlaying.value = true;
  walk.cursor.value = 0;
  advance(walk, MAP, 0, 1);
  advance(walk, MAP, 1, 1);
  assert.deepEqual(position.value, [0, 0]);
  pause(walk, MAP, 1);
  assert.deepEqual(position.value, [0, 2]);
  assert.equal(channel.value, 1);
  assert.equal(walk.cursor.value, null);
});

test("it ends with the last number, and all is seen again", () => {
  const walk = makeWalk();
  walk.isFilling.value = true;
  walk.isPlaying.value = true;
  walk.cursor.value = 5;
  advance(walk, MAP, 5, 0);
  assert.equal(walk.isPlaying.value, false);
  assert.equal(walk.isFilling.value, false);
  assert.deepEqual(position.value, [1, 2]);
});
