/**
 * The roundings of the int8 kernels: firmware/include/tcnn/fixed_point.h in TypeScript,
 * for the one number that is taken apart. BigInt, as products pass 2^53.
 */

/** A real factor as a kernel has it: value * 2^(shift - 31). */
export interface Multiplier {
  readonly value: number;
  readonly shift: number;
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

/** sum * multiplier, rounded twice as LiteRT does. */
export function requantize(sum: number, { value, shift }: Multiplier): number {
  const lifted = BigInt.asIntN(32, BigInt(sum) << BigInt(Math.max(shift, 0)));
  const high = (lifted * BigInt(value) + (1n << 30n)) >> 31n;
  return divideByPowerOfTwo(Number(high), Math.max(-shift, 0));
}

/** To nearest, ties away from zero. */
function divideByPowerOfTwo(value: number, exponent: number): number {
  const rounded = Math.floor(Math.abs(value) / 2 ** exponent + 0.5);
  return value < 0 ? -rounded : rounded;
}
