/** From dot to dot with the arrow keys. */

const AHEAD: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The nearest dot that lies rather ahead than aside; null without one. */
export function nextDot(
  points: readonly (readonly [number, number])[],
  from: number,
  key: string,
): number | null {
  const [ahead, start] = [AHEAD[key], points[from]];
  if (!ahead || !start) return null;
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  points.forEach(([x, y], i) => {
    const [dx, dy] = [x - start[0], y - start[1]];
    const forward = dx * ahead[0] + dy * ahead[1];
    const aside = Math.abs(dx * ahead[1]) + Math.abs(dy * ahead[0]);
    if (forward <= 0 || aside > forward) return;
    const distance = forward + aside;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

/** The dot nearest to a place. */
export function nearestDot(
  points: readonly (readonly [number, number])[],
  [x, y]: readonly [number, number],
): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  points.forEach((point, i) => {
    const distance = (point[0] - x) ** 2 + (point[1] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}
