/** All channels of a tensor on one canvas: a grid of small maps. */
import type { Values } from "../engine/engine";
import { paintMap, type Surface } from "./paint";
import { type Range, rangeOf } from "./ramp";
import type { Place, Volume } from "./volume";

/** Whether colours span the values of the whole layer, or of each map alone. */
export type Scale = "layer" | "map";

export interface Atlas {
  readonly volume: Volume;
  /** Maps side by side. */
  readonly across: number;
  /** Pixels of a value, and between two maps. */
  readonly zoom: number;
  readonly gap: number;
  /** Of the canvas, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What an atlas may take: pixels, and the side that a map need not exceed. */
export interface Room {
  readonly width: number;
  readonly height: number;
  readonly side: number;
}

/** One value of a tensor. */
export interface Spotted {
  readonly channel: number;
  readonly place: Place;
}

/** The largest maps that fit into the room; taller than it if none do. */
export function planAtlas(volume: Volume, room: Room): Atlas {
  const { rows, columns } = volume;
  const most = Math.max(1, Math.floor(room.side / Math.max(rows, columns)));
  for (let zoom = most; zoom > 1; zoom--) {
    const atlas = arrange(volume, zoom, room);
    if (atlas.height <= room.height && atlas.width <= room.width) return atlas;
  }
  return arrange(volume, 1, room);
}

/** The corner of a channel's map. */
export function cornerOf(atlas: Atlas, channel: number): { left: number; top: number } {
  const { volume, across, zoom, gap } = atlas;
  return {
    left: (channel % across) * (volume.columns * zoom + gap),
    top: Math.floor(channel / across) * (volume.rows * zoom + gap),
  };
}

/** What lies under a pixel of the canvas; null between maps. */
export function spotAt(atlas: Atlas, x: number, y: number): Spotted | null {
  const { volume, across, zoom, gap } = atlas;
  const [wide, high] = [volume.columns * zoom + gap, volume.rows * zoom + gap];
  const [tile, line] = [Math.floor(x / wide), Math.floor(y / high)];
  const channel = line * across + tile;
  const column = Math.floor((x - tile * wide) / zoom);
  const row = Math.floor((y - line * high) / zoom);
  const isOutside =
    x < 0 || y < 0 || tile >= across || column >= volume.columns || row >= volume.rows;
  return isOutside || channel >= volume.channels
    ? null
    : { channel, place: [row, column] };
}

/** Paints all maps. */
export function paintAtlas(
  surface: Surface,
  atlas: Atlas,
  values: Values,
  zero: number,
  scale: Scale,
): void {
  const { volume, zoom } = atlas;
  const whole = scale === "layer" ? rangeOf(values, zero) : null;
  for (let channel = 0; channel < volume.channels; channel++) {
    const range = whole ?? rangeOf(values, zero, volume, channel);
    const spot = { ...cornerOf(atlas, channel), zoom };
    paintMap(surface, spot, values, volume, channel, range);
  }
}

/** What the colours of one map span. */
export function rangeAt(
  { volume }: Atlas,
  values: Values,
  zero: number,
  scale: Scale,
  channel: number,
): Range {
  return scale === "layer"
    ? rangeOf(values, zero)
    : rangeOf(values, zero, volume, channel);
}

function arrange(volume: Volume, zoom: number, room: Room): Atlas {
  const { rows, columns, channels } = volume;
  const gap = Math.max(rows, columns) * zoom < 12 ? 1 : 3;
  const [wide, high] = [columns * zoom + gap, rows * zoom + gap];
  const fitting = Math.max(1, Math.floor((room.width + gap) / wide));
  const lines = Math.ceil(channels / fitting);
  const across = Math.ceil(channels / lines);
  return {
    volume,
    across,
    zoom,
    gap,
    width: across * wide - gap,
    height: lines * high - gap,
  };
}
