/** How one tensor is drawn on its canvas, and what of it lies where. */
import type { Values } from "../engine/engine";
import {
  type Atlas,
  cornerOf,
  paintAtlas,
  planAtlas,
  type Room,
  type Scale,
  type Spotted,
  spotAt,
} from "./atlas";
import { type Bars, barAt, boxOf, paintBars, planBars } from "./bars";
import type { Rect } from "./css";
import { stepFrom } from "./grid";
import { isPicture, paintPicture, type Surface } from "./paint";
import { rangeOf } from "./ramp";
import { isVector, type Volume } from "./volume";

export interface Drawing {
  /** Of the canvas, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly paint: (to: Surface, values: Values, zero: number, scale: Scale) => void;
  /** The value under a pixel; null between maps. */
  readonly find: (x: number, y: number) => Spotted | null;
  /** Where a value's map lies, and the value itself. */
  readonly mapOf: (spotted: Spotted) => Rect;
  readonly cellOf: (spotted: Spotted) => Rect;
  /** Where an arrow key leads; null of another key. */
  readonly step: (key: string, from: Spotted) => Spotted | null;
}

/** Maps, or bars for a list of numbers; an input that is a picture is shown as one. */
export function planDrawing(volume: Volume, room: Room, isInput: boolean): Drawing {
  if (isVector(volume)) return drawBars(planBars(volume.channels, room));
  if (!isInput || !isPicture(volume)) return drawAtlas(planAtlas(volume, room), volume);
  const { rows, columns } = volume;
  const atlas = planAtlas({ rows, columns, channels: 1 }, room);
  return {
    ...drawAtlas(atlas, volume),
    paint: (to, values) =>
      paintPicture(to, { left: 0, top: 0, zoom: atlas.zoom }, values, volume),
    // All channels lie on one another.
    mapOf: () => mapOf(atlas, 0),
    cellOf: (spotted) => cellOf(atlas, { ...spotted, channel: 0 }),
  };
}

function drawAtlas(atlas: Atlas, { rows, columns }: Volume): Drawing {
  return {
    width: atlas.width,
    height: atlas.height,
    paint: (to, values, zero, scale) => paintAtlas(to, atlas, values, zero, scale),
    find: (x, y) => spotAt(atlas, x, y),
    mapOf: ({ channel }) => mapOf(atlas, channel),
    cellOf: (spotted) => cellOf(atlas, spotted),
    step: (key, { channel, place }) => {
      const next = stepFrom(key, place, rows, columns);
      return next && { channel, place: next };
    },
  };
}

function mapOf(atlas: Atlas, channel: number): Rect {
  const { rows, columns } = atlas.volume;
  const [width, height] = [columns * atlas.zoom, rows * atlas.zoom];
  return { ...cornerOf(atlas, channel), width, height };
}

function cellOf(atlas: Atlas, { channel, place: [row, column] }: Spotted): Rect {
  const { left, top } = cornerOf(atlas, channel);
  const { zoom } = atlas;
  return {
    left: left + column * zoom,
    top: top + row * zoom,
    width: zoom,
    height: zoom,
  };
}

function drawBars(bars: Bars): Drawing {
  const at = (channel: number): Spotted => ({ channel, place: [0, 0] });
  return {
    width: bars.width,
    height: bars.height,
    paint: (to, values, zero) => paintBars(to, bars, values, rangeOf(values, zero)),
    find: (x, y) => {
      const index = barAt(bars, x, y);
      return index === null ? null : at(index);
    },
    mapOf: () => ({ left: 0, top: 0, width: bars.width, height: bars.height }),
    cellOf: ({ channel }) => boxOf(bars, channel),
    step: (key, { channel }) => {
      const lines = Math.ceil(bars.count / bars.across);
      const place = [Math.floor(channel / bars.across), channel % bars.across] as const;
      const next = stepFrom(key, place, lines, bars.across);
      return next && at(Math.min(bars.count - 1, next[0] * bars.across + next[1]));
    },
  };
}
