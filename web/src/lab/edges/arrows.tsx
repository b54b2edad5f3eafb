import { edgeAt, type Gradient } from "./gradient";

const ACROSS = 12;
const FAINT = 0.12;

/** Arrows towards the light, for those who do not go by colours. */
export function Arrows({ gradient }: { gradient: Gradient }) {
  const { width, height } = gradient.x;
  const cell = Math.max(1, Math.floor(Math.max(width, height) / ACROSS));
  const arrows = [];
  for (let top = 0; top + cell <= height; top += cell) {
    for (let left = 0; left + cell <= width; left += cell) {
      const found = strongest(gradient, top, left, cell);
      if (found) arrows.push(found);
    }
  }
  return (
    <svg class="lab-arrows" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {arrows.map(({ row, column, angle }, i) => (
        <path
          key={i}
          d={`M${-cell / 3} 0H${cell / 3}m${-cell / 5} ${-cell / 6}l${cell / 5} ${cell / 6}l${-cell / 5} ${cell / 6}`}
          transform={`translate(${column + 0.5} ${row + 0.5}) rotate(${(-angle * 180) / Math.PI})`}
        />
      ))}
    </svg>
  );
}

function strongest(gradient: Gradient, top: number, left: number, cell: number) {
  let best: { row: number; column: number; angle: number } | null = null;
  let most = FAINT;
  for (let row = top; row < top + cell; row++) {
    for (let column = left; column < left + cell; column++) {
      const { strength, angle } = edgeAt(gradient, row * gradient.x.width + column);
      if (strength > most) {
        most = strength;
        best = { row, column, angle };
      }
    }
  }
  return best;
}
