/** Convolution of two functions of one number, as sums over small steps. */

export type Shape = "box" | "gauss" | "ramp";

/** All functions are 0 outside of -REACH to REACH. */
export const REACH = 2;
export const STEP = 1 / 32;
const FINE = STEP / 8;

/** The function, of area 1; a Gaussian has a standard deviation of 0.4. */
export function shapeAt(shape: Shape, x: number): number {
  if (Math.abs(x) > REACH) return 0;
  if (shape === "box") return Math.abs(x) <= 0.5 ? 1 : 0;
  if (shape === "ramp") return x >= 0 && x <= 1 ? 2 * (1 - x) : 0;
  return Math.exp(-(x * x) / 0.32) / (0.4 * Math.sqrt(2 * Math.PI));
}

/** (f * g)(t): the area under f(x) times g(t - x). */
export function convolveAt(f: Shape, g: Shape, t: number): number {
  let area = 0;
  for (let x = -REACH + FINE / 2; x < REACH; x += FINE)
    area += shapeAt(f, x) * shapeAt(g, t - x) * FINE;
  return area;
}
