import { printColour } from "../../drawing/ramp";
import { type Edge, wheelColor } from "./gradient";

const PARTS = 32;
const WORDS = [
  ["light right", 46, 3],
  ["light up", 0, -48],
  ["light left", -46, 3],
  ["light down", 0, 54],
] as const;

/** The colours of directions around a circle; a mark at the edge that is looked at. */
export function Wheel({ edge }: { edge: Edge }) {
  const turn = (2 * Math.PI) / PARTS;
  const point = (angle: number, radius: number) =>
    `${(Math.cos(angle) * radius).toFixed(2)} ${(-Math.sin(angle) * radius).toFixed(2)}`;
  return (
    <svg class="lab-wheel" viewBox="-96 -62 192 124" role="img" aria-label={LABEL}>
      {Array.from({ length: PARTS }, (_, i) => {
        const angle = i * turn;
        const [from, to] = [angle - turn / 2, angle + turn / 2];
        return (
          <path
            key={i}
            fill={printColour(wheelColor({ strength: 1, angle }))}
            d={`M${point(from, 22)}L${point(from, 42)}L${point(to, 42)}L${point(to, 22)}Z`}
          />
        );
      })}
      {edge.strength > 0.02 ? (
        <line
          x2={Math.cos(edge.angle) * 40}
          y2={-Math.sin(edge.angle) * 40}
          class="hand"
        />
      ) : null}
      {WORDS.map(([word, x, y]) => (
        <text
          key={word}
          x={x}
          y={y}
          text-anchor={x > 0 ? "start" : x < 0 ? "end" : "middle"}
        >
          {word}
        </text>
      ))}
    </svg>
  );
}

const LABEL =
  "Colours of directions: light to the right vermilion, up yellow, left blue, down violet";
