/** A list of numbers as bars on one canvas, in lines one below the other. */
import type { Values } from "../engine/engine";
import type { Surface } from "./paint";
import { HIGH, LOW, MIDDLE, packPixel, type Range } from "./ramp";

export interface Bars {
  readonly count: number;
  /** Bars in a line. */
  readonly across: number;
  /** Of a bar with the space after it, in pixels. */
  readonly pitch: number;
  /** Of a line, without the space below it. */
  readonly tall: number;
  readonly width: number;
  readonly height: number;
}

const SPACE = 4;

/** The widest bars that fit into the room; narrow ones in more lines if none do. */
export function planBars(count: number, room: { width: number; height: number }): Bars {
  const widest = Math.max(1, Math.min(8, Math.floor(room.width / count)));
  for (let pitch = widest > 1 ? widest : 4; pitch > 1; pitch--) {
    const bars = arrange(count, pitch, room.width);
    if (bars.height <= room.height) return bars;
  }
  return arrange(count, 1, room.width);
}

/** Which bar lies under a pixel. */
export function barAt(bars: Bars, x: number, y: number): number | null {
  const line = Math.floor(y / (bars.tall + SPACE));
  const place = Math.floor(x / bars.pitch);
  const index = line * bars.across + place;
  const isOutside = x < 0 || y < 0 || place >= bars.across || index >= bars.count;
  return isOutside ? null : index;
}

/** Where a bar stands: the whole height of its line. */
export function boxOf(bars: Bars, index: number) {
  return {
    left: (index % bars.across) * bars.pitch,
    top: Math.floor(index / bars.across) * (bars.tall + SPACE),
    width: Math.max(1, bars.pitch - 1),
    height: bars.tall,
  };
}

/** Bars from zero: up in one end of the ramp, down in the other. */
export function paintBars(
  { pixels, width }: Surface,
  bars: Bars,
  values: Values,
  range: Range,
): void {
  pixels.fill(packPixel(MIDDLE));
  const low = Math.min(range.low, range.zero);
  const span = Math.max(range.high, range.zero) - low;
  const up = (value: number) => (span > 0 ? ((value - low) / span) * bars.tall : 0);
  const base = Math.round(up(range.zero));
  for (let index = 0; index < bars.count; index++) {
    const value = values[index] ?? range.zero;
    const box = boxOf(bars, index);
    const end = Math.round(up(value));
    const pixel = packPixel(value < range.zero ? LOW : HIGH);
    for (let y = Math.min(base, end); y < Math.max(base, end); y++) {
      const start = (box.top + bars.tall - 1 - y) * width + box.left;
      pixels.fill(pixel, start, start + box.width);
    }
  }
}

function arrange(count: number, pitch: number, room: number): Bars {
  const fitting = Math.max(1, Math.floor(room / pitch));
  const lines = Math.ceil(count / fitting);
  const across = Math.ceil(count / lines);
  const tall = lines === 1 ? 44 : 28;
  return {
    count,
    across,
    pitch,
    tall,
    width: across * pitch,
    height: lines * (tall + SPACE) - SPACE,
  };
}
