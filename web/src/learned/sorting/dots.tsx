import type { Plane } from "../learned";
import { colourOf, shapeOf } from "./marks";
import { nearestDot } from "./next_dot";

const SIZE = 4.2;
const HALF = 240; // of the drawing, in its own units
const REACH = HALF - 14; // of the points

interface Props {
  readonly plane: Plane;
  /** The one class that is seen well; null for all. */
  readonly only: number | null;
  readonly at: number;
  /** Of that one, in words. */
  readonly name: string;
  readonly onPick: (index: number) => void;
  readonly onStep: (key: string) => void;
}

/** All dots, one tab stop; a ring around the one that is looked at. */
export function Dots({ plane, only, at, name, onPick, onStep }: Props) {
  const { points, labels } = plane;
  const spot = points[at] ?? [0, 0];
  return (
    <div
      class="dots"
      role="listbox"
      aria-label="Images in a plane"
      tabIndex={0}
      onClick={(event) => onPick(nearestDot(points, placeOf(event)))}
      onKeyDown={(event) => {
        if (!event.key.startsWith("Arrow")) return;
        event.preventDefault();
        onStep(event.key);
      }}
    >
      <svg aria-hidden="true" viewBox={`${-HALF} ${-HALF} ${2 * HALF} ${2 * HALF}`}>
        {points.map(([x, y], i) => {
          const label = labels?.[i] ?? 0;
          const isFaint = only !== null && label !== only;
          return (
            <path
              key={i}
              class={isFaint ? "faint" : ""}
              d={shapeOf(label, SIZE)}
              fill={colourOf(label)}
              transform={`translate(${x * REACH} ${-y * REACH})`}
            />
          );
        })}
        <circle class="ring" cx={spot[0] * REACH} cy={-spot[1] * REACH} r={10} />
      </svg>
      <span class="hidden" role="option" aria-selected="true" tabIndex={-1}>
        {name}
      </span>
    </div>
  );
}

function placeOf(event: MouseEvent): readonly [number, number] {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const along = (from: number, length: number) =>
    (((from / length) * 2 - 1) * HALF) / REACH;
  return [
    along(event.clientX - box.left, box.width),
    -along(event.clientY - box.top, box.height),
  ];
}
