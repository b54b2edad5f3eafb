import "./grid.css";
import { useLayoutEffect, useRef } from "preact/hooks";
import { px } from "./css";
import type { Surface } from "./paint";
import type { Place } from "./volume";

/** A window on a grid: whole cells, that may reach beyond its border. */
export interface Mark {
  readonly place: Place;
  readonly rows: number;
  readonly columns: number;
  /** How it looks: what is read, what is written, what is just pointed at. */
  readonly kind: "window" | "chosen" | "pointed";
}

/** What both pictures and maps are told. */
export interface GridProps {
  /** What it is, for those who do not see it; place and value are added. */
  readonly name: string;
  /** The value that is looked at; null for none. */
  readonly at?: Place | null;
  readonly marks?: readonly Mark[];
  /** Of the longer side, in CSS pixels; it shrinks with what it lies in. */
  readonly side?: number;
  /** The pointer is over a value; null when it has left. */
  readonly onHover?: (at: Place | null) => void;
  /** A value was chosen: by click, or step by step with the arrow keys. */
  readonly onPick?: (at: Place) => void;
  /** Page up (-1) or page down (+1): another channel is wanted. */
  readonly onTurn?: (by: -1 | 1) => void;
}

interface Props extends GridProps {
  readonly rows: number;
  readonly columns: number;
  readonly paint: (surface: Surface) => void;
  /** The value at a place, in words. */
  readonly read: (at: Place) => string;
}

/** A canvas of cells, one tab stop: the pointer and the arrow keys say which is meant. */
export function Grid(props: Props) {
  const { rows, columns, paint, at, marks = [], side = 180 } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => show(canvas.current, rows, columns, paint));
  const cell = side / Math.max(rows, columns);
  const chosen: readonly Mark[] = at
    ? [{ place: at, rows: 1, columns: 1, kind: "chosen" }]
    : [];
  return (
    <div class="grid" style={{ width: px(cell * columns) }}>
      <canvas
        ref={canvas}
        width={columns}
        height={rows}
        style={{ aspectRatio: `${columns} / ${rows}` }}
        {...describe(props)}
        onPointerMove={(event) => props.onHover?.(placeOf(event, rows, columns))}
        onPointerLeave={() => props.onHover?.(null)}
        onClick={(event) => props.onPick?.(placeOf(event, rows, columns))}
        onKeyDown={(event) => turn(event, props)}
      />
      {[...marks, ...chosen].map((mark, i) => (
        <span key={i} class={`mark ${mark.kind}`} style={spread(mark, rows, columns)} />
      ))}
    </div>
  );
}

function show(
  canvas: HTMLCanvasElement | null,
  rows: number,
  columns: number,
  paint: (surface: Surface) => void,
): void {
  const context = canvas?.getContext("2d");
  if (!context) return;
  const image = context.createImageData(columns, rows);
  paint({ pixels: new Uint32Array(image.data.buffer), width: columns });
  context.putImageData(image, 0, 0);
}

function describe({ name, at, read, onPick, onTurn }: Props) {
  const label = at
    ? `${name}, row ${at[0] + 1}, column ${at[1] + 1}: ${read(at)}`
    : name;
  const isAsked = onPick !== undefined || onTurn !== undefined;
  return isAsked
    ? ({ role: "application", tabIndex: 0, "aria-label": label } as const)
    : ({ role: "img", "aria-label": label } as const);
}

const ARROWS: Readonly<Record<string, Place>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Where an arrow key leads from a place; null of another key. */
export function stepFrom(
  key: string,
  [row, column]: Place,
  rows: number,
  columns: number,
): Place | null {
  const arrow = ARROWS[key];
  return arrow
    ? [
        Math.max(0, Math.min(rows - 1, row + arrow[0])),
        Math.max(0, Math.min(columns - 1, column + arrow[1])),
      ]
    : null;
}

function turn(event: KeyboardEvent, { rows, columns, at, onPick, onTurn }: Props) {
  const middle: Place = [Math.floor(rows / 2), Math.floor(columns / 2)];
  const next = stepFrom(event.key, at ?? middle, rows, columns);
  const isPage = event.key === "PageUp" || event.key === "PageDown";
  if (next && onPick) onPick(next);
  else if (isPage && onTurn) onTurn(event.key === "PageUp" ? -1 : 1);
  else return;
  event.preventDefault();
}

function placeOf(event: MouseEvent, rows: number, columns: number): Place {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const share = (part: number, whole: number, count: number) =>
    Math.max(0, Math.min(count - 1, Math.floor((part / whole) * count)));
  return [
    share(event.clientY - box.top, box.height, rows),
    share(event.clientX - box.left, box.width, columns),
  ];
}

/** A mark in shares of the grid, so that it needs no pixels. */
function spread(
  { place: [row, column], ...mark }: Mark,
  rows: number,
  columns: number,
) {
  return {
    top: `${(row / rows) * 100}%`,
    left: `${(column / columns) * 100}%`,
    height: `${(mark.rows / rows) * 100}%`,
    width: `${(mark.columns / columns) * 100}%`,
  };
}
