import assert from "node:assert/strict";
import { test } from "node:test";
import {
  divideByPowerOfTwo,
  doublingHighMultiply,
  rescaleOnce,
  rescaleTwice,
  roundAway,
} from "../../src/arithmetic/fixed_point";

const HALF = { value: 2 ** 30, shift: 0 };

test("halves go upwards in a product and away from zero in a quotient", () => {
  assert.equal(doublingHighMultiply(-101, 2 ** 30), -50);
  assert.equal(doublingHighMultiply(101, 2 ** 30), 51);
  assert.equal(divideByPowerOfTwo(-6, 2), -2);
  assert.equal(divideByPowerOfTwo(6, 2), 2);
  assert.equal(divideByPowerOfTwo(-5, 2), -1);
});

test("once and twice differ where a half meets a half", () => {
  assert.equal(rescaleTwice(-101, HALF), -50);
  assert.equal(rescaleOnce(-101, HALF), -51);
  // 5/8 becomes 3/4 before it becomes 1; 3/8 becomes 1/2 before it becomes 1
  assert.equal(rescaleOnce(3, { value: 2 ** 30, shift: -2 }), 0);
  assert.equal(rescaleTwice(3, { value: 2 ** 30, shift: -2 }), 1);
});

test("products beyond 53 bits are exact", () => {
  const multiplier = { value: 2 ** 31 - 1, shift: 0 };
  assert.equal(rescaleOnce(2 ** 31 - 1, multiplier), 2 ** 31 - 2);
  assert.equal(rescaleTwice(-(2 ** 31), multiplier), -(2 ** 31) + 1);
});

test("a real number to the nearest whole one", () => {
  assert.deepEqual([0.5, -0.5, 1.49, -2.5].map(roundAway), [1, -1, 1, -3]);
});
