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
  readonly dreams: Dreams;
  readonly errors: Errors;
  readonly ternary: ThreeValues | null;
  readonly weights: readonly WeightSpread[];
  readonly sensitivity: Sensitivities | null;
  readonly film: FilmFacts | null;
}

/** The first layer's weights while they were trained: the piece `learned-film`. */
export interface FilmFacts {
  /** After which epoch each frame is; 0 is before the first. */
  readonly epochs: readonly number[];
  readonly filters: number;
  /** Of a filter: rows, columns, inputs. */
  readonly side: readonly [number, number, number];
  /** The real number that a step of a weight stands for. */
  readonly step: number;
  /** The share of validation images that were right after each. */
  readonly accuracies: readonly (number | null)[];
}

/** How far int8 is from real numbers. */
export interface Errors {
  readonly images: number;
  /** By tensor, in decibels: all that was rounded so far, and its own rounding alone. */
  readonly tensors: Readonly<Record<string, readonly [number | null, number | null]>>;
  /** Operators that could not be computed in real numbers. */
  readonly unknown: readonly string[];
}

/** Shares of right images of the same network in three arithmetics. */
export interface ThreeValues {
  readonly images: number;
  readonly float: number;
  readonly int8: number;
  readonly ternary: number;
  /** Whether the network was trained for three values. */
  readonly trained: boolean;
}

/** Of a layer's weights, in bars from -reach to reach. */
export interface WeightSpread {
  /** What the layer writes. */
  readonly tensor: string;
  readonly reach: number;
  /** The share that three values make zero. */
  readonly zeros: number;
  /** null where the real numbers are not known. */
  readonly float: readonly number[] | null;
  readonly int8: readonly number[];
  readonly ternary: readonly number[];
}

/** What tinycnn analyze --sensitivity found, on validation images. */
export interface Sensitivities {
  readonly images: number;
  /** Nothing quantized, each layer alone, all. */
  readonly cases: readonly {
    readonly layer: string;
    readonly parameters: number;
    readonly loss: number;
    readonly accuracy: number;
  }[];
}

/** Pictures that were made to excite a number; values are as its tensor holds them. */
export interface Dreams {
  /** Why some are missing; empty if none is. */
  readonly missing: string;
  readonly pictures: readonly Dream[];
  /** Of the first one's number, for a picture of free pixels. */
  readonly noise?: Pick<Dream, "value" | "share">;
  /** How many images the best real one was chosen from. */
  readonly images?: number;
}

export interface Dream {
  readonly kind: "class" | "channel";
  readonly tensor: string;
  /** Of the class or of the channel. */
  readonly number: number;
  /** Rows and columns of its two pictures: the made one, and the best real one. */
  readonly side: readonly [number, number];
  /** What it gives. */
  readonly value: number;
  /** What the network answers for the class, 0 to 1; null of a channel. */
  readonly share: number | null;
  /** What the same pixels give in any order. */
  readonly mixed: number;
  /** What the best real image gives, and its place in the data set. */
  readonly best: number;
  readonly image: number;
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
