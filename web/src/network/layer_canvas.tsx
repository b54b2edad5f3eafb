import { effect, useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Spotted } from "../drawing/atlas";
import { boxStyle, px, type Rect } from "../drawing/css";
import type { Drawing } from "../drawing/drawing";
import { forgetFrame, onNextFrame } from "../drawing/frames";
import type { Live } from "../state/live";
import type { Layer } from "./graph";
import { type Looked, pointed, scale, select, selected } from "./pointing";
import { useSeen } from "./seen";
import { numberAt } from "./values";

interface Props {
  readonly layer: Layer;
  readonly drawing: Drawing;
  readonly live: Live;
  readonly title: string;
}

/** All maps of a layer on one canvas, painted anew when the input changes, if seen. */
export function LayerCanvas({ layer, drawing, live, title }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isSeen = useSeen(canvas);
  useEffect(() => {
    const draw = makePainter(canvas.current, layer, drawing, live);
    const stop = effect(() => {
      live.input.value;
      scale.value;
      if (isSeen.value) onNextFrame(draw);
    });
    return () => {
      stop();
      forgetFrame(draw);
    };
  }, [layer, drawing, live, isSeen]);
  const { width, height } = drawing;
  return (
    <div
      class="layer-canvas"
      style={{ width: px(width), height: px(height) }}
      role="application"
      aria-roledescription="feature maps"
      aria-label={useName(layer, live, title)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move within it
      tabIndex={0}
      onPointerMove={(event) => point(layer, spotUnder(event, drawing))}
      onClick={(event) => pick(layer, spotUnder(event, drawing))}
      onFocus={() => pointAgain(layer)}
      onBlur={() => {
        pointed.value = null;
      }}
      onKeyDown={(event) => press(event, layer, drawing)}
    >
      <canvas ref={canvas} width={width} height={height} />
      <Marks layer={layer} drawing={drawing} />
    </div>
  );
}

function makePainter(
  canvas: HTMLCanvasElement | null,
  { name, tensor }: Layer,
  drawing: Drawing,
  live: Live,
): () => void {
  const context = canvas?.getContext("2d");
  const image = context?.createImageData(drawing.width, drawing.height);
  if (!context || !image) return () => {};
  const surface = { pixels: new Uint32Array(image.data.buffer), width: drawing.width };
  return () => {
    const values = live.activations.peek().get(name);
    if (!values) return;
    drawing.paint(surface, values, tensor.zero ?? 0, scale.value);
    context.putImageData(image, 0, 0);
  };
}

/** What is pointed at and what is selected of this layer. */
function Marks({ layer, drawing }: Pick<Props, "layer" | "drawing">) {
  const chosen = useOwn(layer, () => selected.value);
  const shown = useOwn(layer, () => pointed.value);
  return (
    <>
      {shown.value && <Frame kind="pointed" rect={drawing.mapOf(spot(shown.value))} />}
      {chosen.value?.place && (
        <Frame kind="chosen" rect={drawing.cellOf(spot(chosen.value))} />
      )}
      {shown.value?.place && (
        <Frame kind="pointed" rect={drawing.cellOf(spot(shown.value))} />
      )}
    </>
  );
}

/** Changes only when it concerns this layer. */
function useOwn(layer: Layer, read: () => Looked | null) {
  return useComputed(() => {
    const one = read();
    return one?.tensor === layer.name && one.channel < layer.volume.channels
      ? one
      : null;
  });
}

function Frame({ kind, rect }: { kind: string; rect: Rect }) {
  return <span class={`mark ${kind}`} style={boxStyle(rect)} />;
}

function spot({ channel, place }: Looked): Spotted {
  return { channel, place: place ?? [0, 0] };
}

/** Place and value belong to the name only while the layer is looked at. */
function useName(layer: Layer, live: Live, title: string): string {
  const own = useOwn(layer, () => pointed.value ?? selected.value);
  const { value } = own;
  return value?.place ? `${title}; ${numberAt(layer, live, value).words}` : title;
}

function spotUnder(event: MouseEvent, drawing: Drawing): Spotted | null {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  return drawing.find(
    (x / box.width) * drawing.width,
    (y / box.height) * drawing.height,
  );
}

function point({ name }: Layer, spotted: Spotted | null): void {
  const known = pointed.peek();
  if (spotted) pointed.value = { tensor: name, ...spotted };
  else if (known?.tensor !== name)
    pointed.value = { tensor: name, channel: 0, place: null };
}

function pick({ name }: Layer, spotted: Spotted | null): void {
  if (spotted) select({ tensor: name, ...spotted });
}

/** The keyboard goes on where it was, or begins in the middle. */
function pointAgain(layer: Layer): void {
  pointed.value = { tensor: layer.name, ...cursorOf(layer) };
}

function cursorOf({ name, volume }: Layer): Spotted {
  const known = [pointed.peek(), selected.peek()].find(
    (one) => one?.tensor === name && one.place,
  );
  return known?.place
    ? { channel: known.channel, place: known.place }
    : {
        channel: 0,
        place: [Math.floor(volume.rows / 2), Math.floor(volume.columns / 2)],
      };
}

/** Arrows move, page keys change the map; once it is selected, the selection follows. */
function press(event: KeyboardEvent, layer: Layer, drawing: Drawing): void {
  const cursor = cursorOf(layer);
  const next = drawing.step(event.key, cursor) ?? turn(event.key, cursor, layer);
  const isChosen = event.key === "Enter" || event.key === " ";
  if (!next && !isChosen) return;
  event.preventDefault();
  const one = { tensor: layer.name, ...(next ?? cursor) };
  pointed.value = one;
  if (isChosen || selected.peek()?.tensor === layer.name) select(one);
}

function turn(key: string, { channel, place }: Spotted, { volume }: Layer) {
  if (key !== "PageUp" && key !== "PageDown") return null;
  const next = channel + (key === "PageUp" ? -1 : 1);
  return { channel: Math.max(0, Math.min(volume.channels - 1, next)), place };
}
