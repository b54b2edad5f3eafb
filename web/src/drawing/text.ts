/** How wide a text will be, for layouts that are made before anything is shown. */
const known = new Map<string, number>();

/** Pixels of a text in the page's font, at a size in pixels and a weight. */
export function measureText(text: string, size: number, weight = 400): number {
  const key = `${weight} ${size} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return text.length * size * 0.6;
  context.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  const width = Math.ceil(context.measureText(text).width);
  known.set(key, width);
  return width;
}
