/** One number of a tensor taken apart: the types of what the families of this room give. */
import type { Multiplier, Range } from "./fixed_point";

/** A number elsewhere: in a tensor or, if it is constant, in an array. */
export interface Source {
  readonly name: string;
  /** Its place, all dimensions in one. */
  readonly index: number;
}

/** What one input adds. */
export interface Term {
  /** null of padding. */
  readonly source: Source | null;
  /** Row, column and channel of the window. */
  readonly window: readonly [row: number, column: number, channel: number];
  /** Raw: the byte. */
  readonly input: number;
  /** Without its zero point. */
  readonly centred: number;
  /** null where nothing is weighted. */
  readonly weight: number | null;
  /** What it adds to the sum. */
  readonly product: number;
}

/** How a sum becomes a byte. */
export interface Rescaled {
  readonly sum: number;
  readonly multiplier: Multiplier;
  /** The real number that the multiplier stands for. */
  readonly factor: number;
  /** sum * factor, not rounded. */
  readonly exact: number;
  /** After the first of two roundings. */
  readonly high: number;
  readonly once: number;
  readonly twice: number;
  /** Which of both the reference does. */
  readonly isOnce: boolean;
  /** The one that counts. */
  readonly rounded: number;
  readonly zeroPoint: number;
  readonly range: Range;
}

/** Rows, columns and channels. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

interface Common {
  /** The number: a byte, or a real number where the tensor is of such. */
  readonly result: number;
  /** The same without any rounding; null where it is no real number. */
  readonly real: number | null;
}

export type WeightedKind = "convolution" | "depthwise" | "dense" | "transposed";

export interface WeightedSum extends Common {
  readonly family: "weighted";
  readonly kind: WeightedKind;
  readonly input: string;
  readonly window: Extent;
  readonly terms: readonly Term[];
  /** Of all products. */
  readonly total: number;
  /** null without. */
  readonly bias: number | null;
  readonly inputScale: number;
  readonly weightScale: number;
  readonly end: Rescaled;
}

export interface Pooled extends Common {
  readonly family: "pooled";
  readonly way: "max" | "average";
  readonly input: string;
  readonly window: Extent;
  /** Those inside the image. */
  readonly terms: readonly Term[];
  /** The largest, or the sum. */
  readonly total: number;
  /** The largest, or the mean as a whole number. */
  readonly rounded: number;
  readonly range: Range;
}

/** Between numbers of a larger or smaller map: RESIZE_BILINEAR. */
export interface Resized extends Common {
  readonly family: "resized";
  readonly input: string;
  readonly window: Extent;
  /** The pixels that count, one to four; weights and products in 1/2^20. */
  readonly terms: readonly Term[];
  /** Of all products of bytes, zero points left in. */
  readonly total: number;
}

/** All numbers along some dimensions become one; of a length, what one is divided by. */
export interface Reduced extends Common {
  readonly family: "reduced";
  /** A place is that of the largest or the smallest among the terms, of equal ones the first. */
  readonly way:
    | "mean"
    | "sum"
    | "max"
    | "min"
    | "length"
    | "place of max"
    | "place of min";
  readonly input: string;
  readonly inputScale: number;
  readonly terms: readonly Term[];
  /** Of a length, of all squares. */
  readonly total: number;
  /** null of a maximum or minimum, or its place; of a length, of the one that is divided. */
  readonly end: Rescaled | null;
}

/** One of two that meet. */
export interface Operand {
  readonly source: Source;
  readonly isConstant: boolean;
  readonly input: number;
  readonly centred: number;
  readonly scale: number | null;
  /** To the scale that both share; null where there is none. */
  readonly multiplier: Multiplier | null;
  /** On that scale, or the centred value. */
  readonly term: number;
}

export type PairWay =
  | "add"
  | "subtract"
  | "multiply"
  | "larger"
  | "smaller"
  | "squared-difference"
  /** The second is the slope of the first where that is below 0. */
  | "slope";

export interface Pair extends Common {
  readonly family: "pair";
  readonly way: PairWay;
  readonly first: Operand;
  readonly second: Operand;
  /** null where one of both is taken. */
  readonly end: Rescaled | null;
}

/** One value of a row that shares are computed of. */
export interface Share {
  readonly source: Source;
  readonly input: number;
  /** Below the largest of the row. */
  readonly below: number;
  /** exp(-below * scale), in 1/2^31 of bytes; 0 where it is too small to count. */
  readonly exponential: number;
  /** What it adds to the sum, in 1/2^19 of bytes. */
  readonly part: number;
  /** The same by real numbers, of the largest 1. */
  readonly realExponential: number;
  readonly realShare: number;
}

export interface Shares extends Common {
  readonly family: "shares";
  readonly way: "share" | "logarithm";
  /** Whether the numbers are real ones of 32 bits, not bytes. */
  readonly isReal: boolean;
  readonly input: string;
  readonly shares: readonly Share[];
  /** Which of them the number is. */
  readonly own: number;
  /** Of all parts, in 1/2^19 of bytes. */
  readonly total: number;
  readonly realTotal: number;
  /** Of the sum, in 1/2^26 of bytes; null of a share. */
  readonly logarithm: number | null;
  /** Of bytes 256 times the share, or 16 times its logarithm. */
  readonly rounded: number;
}

export interface LookedUp extends Common {
  readonly family: "looked-up";
  readonly source: Source;
  readonly input: number;
  /** The outputs for the inputs from -128 upwards. */
  readonly table: ArrayLike<number>;
}

/** Another scale for one number, or from real numbers, or to them. */
export interface Converted extends Common {
  readonly family: "converted";
  readonly way: "from-real" | "to-real" | "rescaled";
  readonly source: Source;
  readonly input: number;
  readonly scale: number;
  readonly zeroPoint: number;
  /** Without zero point: rounded, or to become real. */
  readonly whole: number;
  /** Of the rescaled alone. */
  readonly end: Rescaled | null;
}

/** The number as it is, from another place. */
export interface Moved extends Common {
  readonly family: "moved";
  /** null of padding and of a constant. */
  readonly source: Source | null;
  readonly isPadding: boolean;
}

/** What the network is given. */
export interface Given extends Common {
  readonly family: "given";
}

/** Of an operator that this room does not know. */
export interface Unknown extends Common {
  readonly family: "unknown";
}

export type Breakdown =
  | WeightedSum
  | Pooled
  | Resized
  | Reduced
  | Pair
  | Shares
  | LookedUp
  | Converted
  | Moved
  | Given
  | Unknown;
