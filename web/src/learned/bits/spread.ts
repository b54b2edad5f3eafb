/** How values are spread over the steps of eight bits. */

export interface Spread {
  /** How many of the 256 steps some value has. */
  readonly used: number;
  /** The share of all values on the lowest step, and on the highest. */
  readonly lowest: number;
  readonly highest: number;
}

/** `counts` of the steps, from the least on. */
export function measureSpread(counts: readonly number[]): Spread {
  const total = counts.reduce((sum, n) => sum + n, 0) || 1;
  return {
    used: counts.filter((n) => n > 0).length,
    lowest: (counts[0] ?? 0) / total,
    highest: (counts.at(-1) ?? 0) / total,
  };
}

/** An SVG path of a bar a step, from 0 up to `height`; heights are square roots. */
export function drawSpread(counts: readonly number[], height: number): string {
  const most = Math.sqrt(Math.max(1, ...counts));
  return counts
    .map((count, i) => {
      if (!count) return "";
      const share = Math.sqrt(count) / most;
      const tall = Math.max(1, Math.round(share * height * 10) / 10);
      return `M${i} ${height}v${-tall}h1v${tall}Z`;
    })
    .join("");
}
