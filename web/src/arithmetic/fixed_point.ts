/**
 * The roundings of the reference kernels: firmware/include/tcnn/fixed_point.h.
 *
 * A sum times a multiplier needs 62 bits, which a Number has not: those products are
 * BigInt. All that goes in and comes out is a whole number of 32 bits.
 */

/** A positive real number as `value * 2^(shift - 31)`. */
export interface Multiplier {
  readonly value: number;
  readonly shift: number;
}

export type Range = readonly [low: number, high: number];

/** The real number that a multiplier stands for. */
export function factorOf({ value, shift }: Multiplier): number {
  return value * 2 ** (shift - 31);
}

/** The nearest multiplier of a factor above 0. */
export function quantizeMultiplier(real: number): Multiplier {
  let shift = Math.ceil(Math.log2(real));
  if (real / 2 ** shift >= 1) shift++;
  if (real / 2 ** shift < 0.5) shift--;
  let value = Math.round((real / 2 ** shift) * 2 ** 31);
  if (value === 2 ** 31) {
    value /= 2;
    shift++;
  }
  return { value, shift };
}

/** a * b / 2^31, rounded to nearest, ties upwards. */
export function doublingHighMultiply(a: number, b: number): number {
  return Number((BigInt(a) * BigInt(b) + (1n << 30n)) >> 31n);
}

/** value / 2^exponent, rounded to nearest, ties away from zero. */
export function divideByPowerOfTwo(value: number, exponent: number): number {
  if (exponent === 0) return value;
  const half = 2 ** (exponent - 1) - (value < 0 ? 1 : 0);
  return Math.floor((value + half) / 2 ** exponent);
}

/** What is left of value * multiplier after its first of two roundings. */
export function multiplyHigh(value: number, { value: by, shift }: Multiplier): number {
  const left = BigInt(Math.max(shift, 0));
  return doublingHighMultiply(Number(BigInt.asIntN(32, BigInt(value) << left)), by);
}

/** value * multiplier, rounded twice. */
export function rescaleTwice(value: number, multiplier: Multiplier): number {
  const right = Math.max(-multiplier.shift, 0);
  return divideByPowerOfTwo(multiplyHigh(value, multiplier), right);
}

/** value * multiplier, rounded once, ties away from zero. */
export function rescaleOnce(value: number, multiplier: Multiplier): number {
  const right = BigInt(31 - multiplier.shift);
  const product = BigInt(value) * BigInt(multiplier.value);
  const half = (1n << (right - 1n)) - (value < 0 ? 1n : 0n);
  return Number((product + half) >> right);
}

/** The nearest whole number, ties away from zero: C's round(). */
export function roundAway(value: number): number {
  const whole = Math.trunc(value);
  const rest = value - whole;
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

export function limit(value: number, [low, high]: Range): number {
  return Math.min(Math.max(value, low), high);
}

const LARGEST = 2 ** 31 - 1;

/** value * 2^exponent, saturating. */
export function shiftLeft(value: number, exponent: number): number {
  const most = Math.floor(LARGEST / 2 ** exponent);
  if (value > most) return LARGEST;
  return value < -most ? -LARGEST - 1 : value * 2 ** exponent;
}

/** 1 / (1 + x) for x in [0, 1), both in 1/2^31: firmware's fixed_functions.h. */
export function oneOverOnePlus(x: number): number {
  const halfDenominator = Math.floor((x + LARGEST + 1) / 2);
  let result = 1515870810 + doublingHighMultiply(-1010580540, halfDenominator);
  for (let i = 0; i < 3; i++) {
    const error = 2 ** 29 - doublingHighMultiply(result, halfDenominator);
    result += shiftLeft(doublingHighMultiply(error, result), 2);
  }
  return shiftLeft(result, 1);
}
