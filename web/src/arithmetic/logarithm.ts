/** The logarithm of fixed-point numbers: firmware/kernels/softmax/logarithm.c. */
import {
  divideByPowerOfTwo,
  doublingHighMultiply,
  oneOverOnePlus,
  shiftLeft,
} from "./fixed_point";

// In 1/2^31.
const LOG_2 = 1488522236;
const SQRT_HALF = 1518500250;
/** 2^(-1/4), about which a rational function is near. */
const CENTER = 1805811301;
const ALPHA_N = 117049297;
const ALPHA_D = 127690142;
const ALPHA_I = 1057819769;
const ALPHA_F = 638450708;

/** ln(sum) in 1/2^26, of a sum of at least 1 in 1/2^19. */
export function logarithmOf(sum: number): number {
  const multiply = doublingHighMultiply;
  const zeros = Math.clz32(sum);
  const zerosB = Math.clz32(multiply(sum, SQRT_HALF)) - 1;
  const rA = shiftLeft(multiply(shiftLeft(sum, zeros - 1), SQRT_HALF), 1);
  const r = Math.min(rA, shiftLeft(sum, zerosB));
  const exponent = Math.max(power(12 - zeros, 1), power(12 - zerosB, -1));
  const p = Math.floor((r + CENTER + 1) / 2);
  const q = (r - CENTER) * 2;
  const square = multiply(q, q);
  const numerator = multiply(q, r) + multiply(multiply(q, square), ALPHA_N);
  const denominator =
    multiply(p, ALPHA_I + q + multiply(ALPHA_D, square)) + multiply(ALPHA_F, q);
  const fraction = multiply(
    divideByPowerOfTwo(numerator, 6),
    oneOverOnePlus(denominator),
  );
  return shiftLeft(multiply(exponent, LOG_2) + fraction, 1);
}

/** An exponent in 1/2^25, quarters added. */
function power(exponent: number, quarters: number): number {
  return exponent * 2 ** 25 + quarters * 2 ** 23;
}
