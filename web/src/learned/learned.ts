/** What tinycnn/explorer/learned gathers: the page's piece `learned`, and its pictures. */
import type { Values } from "../engine/engine";
import { readBytes } from "../page/blobs";

export interface Learned {
  /** How many images the network was looked at through. */
  readonly images: number;
  /** By tensor, how often each of the values -128 to 127 was there. */
  readonly spread: Readonly<Record<string, readonly number[]>>;
  readonly confusion: Confusion | null;
  readonly filters: Filters | null;
  /** By the tensor of a convolution; null without images. */
  readonly patches: Readonly<Record<string, Patches>> | null;
  readonly plane: Plane | null;
  readonly accuracy: Accuracy | null;
}

/** The share of test images that are right. */
export interface Accuracy {
  /** Of the network in real numbers, before it was quantized. */
  readonly float: number;
  readonly int8: number;
}

/** Rows are true classes, columns the answers. */
export interface Confusion {
  readonly counts: readonly (readonly number[])[];
  /** By "row,column", some of the images of a mistake: their places in the data set. */
  readonly images: Readonly<Record<string, readonly number[]>>;
  /** Of the pictures: rows, columns, channels. */
  readonly side: readonly [number, number, number];
  /** The images whose pictures are in the page, in their order. */
  readonly pictures: readonly number[];
}

/** The first convolution. */
export interface Filters {
  /** What it writes. */
  readonly tensor: string;
  /** Of its weights, by channel: the real number that one step stands for. */
  readonly scales: readonly number[];
}

export interface Patches {
  /** Rows and columns as shown, and of the image that they stand for. */
  readonly side: readonly [number, number];
  readonly of: readonly [number, number];
  /** So many of the layer's channels are here. */
  readonly channels: number;
  /** By channel, the largest values, as the tensor holds them. */
  readonly values: readonly (readonly number[])[];
  /** By channel, of each: image (its place in the data set; -1 for none), row, column. */
  readonly places: readonly (readonly (readonly [number, number, number])[])[];
}

export interface Plane {
  readonly tensor: string;
  readonly points: readonly (readonly [number, number])[];
  /** Of the spread, by direction. */
  readonly shares: readonly [number, number];
  readonly labels: readonly number[] | null;
  /** By class, the answers. */
  readonly answers: readonly number[] | null;
  readonly indices: readonly number[];
  /** Of the small pictures; null without. */
  readonly side: readonly [number, number] | null;
}

/** Pictures of one size, end to end. */
export interface Pictures {
  readonly shape: readonly [rows: number, columns: number, channels: number];
  at(index: number): Values;
}

export function picturesOf(
  bytes: Uint8Array,
  shape: readonly [number, number, number],
  start = 0,
): Pictures {
  const size = shape[0] * shape[1] * shape[2];
  return {
    shape,
    at: (i) => bytes.subarray(start + i * size, start + (i + 1) * size),
  };
}

/** The patches of each layer, cut from one piece. */
export async function readPatches(
  patches: Readonly<Record<string, Patches>>,
): Promise<ReadonlyMap<string, Pictures>> {
  const bytes = await readBytes("learned-patches");
  const pixels = Object.values(patches).reduce(
    (sum, { side, channels }) => sum + side[0] * side[1] * channels * BEST,
    0,
  );
  const colours = pixels ? bytes.length / pixels : 1;
  const found = new Map<string, Pictures>();
  let start = 0;
  for (const [tensor, { side, channels }] of Object.entries(patches)) {
    found.set(tensor, picturesOf(bytes, [...side, colours], start));
    start += side[0] * side[1] * colours * channels * BEST;
  }
  return found;
}

/** Of a channel, patches. */
export const BEST = 9;
