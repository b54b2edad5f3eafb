/** Numbers as people read them. */

/** Three digits and a unit: 61.7 k, 4.20 M. */
export function compact(value: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (value >= size) return `${threeDigits(value / size)}\u202f${unit}`;
  }
  return threeDigits(value);
}

/** 87.95 %. */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)}\u202f%`;
}

function threeDigits(value: number): string {
  if (Number.isInteger(value) && value < 1000) return String(value);
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value.toFixed(2);
}
