import "./drawing_pad.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Exhibit } from "../page/page";
import { type Brush, turnBrush } from "./brush";
import { type Ink, readInk } from "./ink";
import { partsOf } from "./inputs";
import type { Shower } from "./own";
import { type Point, Sheet } from "./sheet";

interface Props {
  readonly exhibit: Exhibit;
  readonly shower: Shower;
}

const SHEET = {
  role: "application",
  tabIndex: 0,
  "aria-label":
    "Sheet to draw on: by mouse, finger or pen; or arrow keys move the brush, and the space bar puts it down and lifts it",
} as const;

/** A sheet to draw on; the network sees it at every move. */
export function DrawingPad({ exhibit, shower }: Props) {
  const { width, height } = shower.preprocessor.facts;
  const ink = useMemo(() => inkOf(exhibit, shower), [exhibit]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const sheet = useRef<Sheet | null>(null);
  const [thickness, setThickness] = useState(9);
  const [isPlaced, setPlaced] = useState(exhibit.examples.indices.length > 0);
  const [isEmpty, setEmpty] = useState(true);
  const [brush, setBrush] = useState<Brush | null>(null);
  const pending = useRef(0);

  useEffect(() => {
    if (canvas.current) sheet.current = new Sheet(canvas.current, [width, height], ink);
    return () => cancelAnimationFrame(pending.current);
  }, [width, height, ink]);

  /** Once a frame, however often the pointer moves. */
  const show = (placed = isPlaced) => {
    cancelAnimationFrame(pending.current);
    pending.current = requestAnimationFrame(() => {
      if (sheet.current) shower.show(sheet.current.look(placed), "drawn");
    });
    setEmpty(sheet.current?.isEmpty ?? true);
  };
  const change = (how: (sheet: Sheet) => void) => {
    if (sheet.current) how(sheet.current);
    show();
  };
  const pixels = Math.round(ink.share * Math.max(width, height));
  return (
    <div class="drawing-pad">
      <div class="desk">
        <canvas
          ref={canvas}
          class="sheet"
          {...SHEET}
          onKeyDown={(event) => {
            if (!sheet.current) return;
            const next = turnBrush(
              event.key,
              brush,
              sheet.current,
              Math.max(width, height),
            );
            if (!next) return;
            event.preventDefault();
            if (next.isDown) {
              change((to) => {
                if (brush?.isDown) to.move(next);
                else to.begin(next, (thickness / 100) * to.width);
              });
            }
            setBrush(next);
          }}
          onBlur={() => setBrush(null)}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            change((to) => to.begin(pointOf(event, to), (thickness / 100) * to.width));
          }}
          onPointerMove={(event) => {
            if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
            // A browser brings all that happened since the last frame at once.
            const moves = event.getCoalescedEvents?.() ?? [];
            change((to) => {
              for (const one of moves.length ? moves : [event]) {
                to.move(pointOf(one, to, event.currentTarget));
              }
            });
          }}
        />
        {brush && sheet.current ? (
          <span
            class={brush.isDown ? "brush down" : "brush"}
            style={{
              left: `${(brush.x / sheet.current.width) * 100}%`,
              top: `${(brush.y / sheet.current.height) * 100}%`,
            }}
          />
        ) : null}
      </div>
      <div class="line">
        <button
          type="button"
          disabled={isEmpty}
          onClick={() => change((s) => s.undo())}
        >
          Undo
        </button>
        <button
          type="button"
          disabled={isEmpty}
          onClick={() => change((s) => s.clear())}
        >
          Clear
        </button>
        <label>
          Brush{" "}
          <input
            type="range"
            min="2"
            max="25"
            value={thickness}
            onInput={(event) => setThickness(Number(event.currentTarget.value))}
          />
        </label>
      </div>
      <label class="line">
        <input
          type="checkbox"
          checked={isPlaced}
          onChange={(event) => {
            setPlaced(event.currentTarget.checked);
            if (!isEmpty) show(event.currentTarget.checked);
          }}
        />{" "}
        Centre and scale as the examples
      </label>
      <p class="note">
        {isPlaced
          ? `The examples fill about ${pixels} of ${Math.max(width, height)} pixels, with their weight in the middle; what you draw is made so, too.`
          : "As you draw it: off the centre or small, a network sees what it was not trained on."}
      </p>
    </div>
  );
}

function inkOf(exhibit: Exhibit, { preprocessor }: Shower): Ink {
  const { model, examples } = exhibit;
  const { input, width, height, table } = preprocessor.facts;
  // From the model's values back to bytes; several bytes may have one value.
  const byteOf = new Map(table.map((value, byte) => [Math.fround(value), byte]));
  const images = Array.from({ length: Math.min(examples.count, 40) }, (_, i) => {
    const part = partsOf(model, model.inputs, examples.input(i))[input];
    return Uint8Array.from(part?.values ?? [], (v) => byteOf.get(v) ?? 0);
  });
  return readInk(images, width, height);
}

function pointOf(
  event: PointerEvent,
  sheet: Sheet,
  element = event.currentTarget as Element,
): Point {
  const box = element.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * sheet.width,
    y: ((event.clientY - box.top) / box.height) * sheet.height,
  };
}
