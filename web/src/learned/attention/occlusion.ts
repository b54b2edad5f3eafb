/**
 * What an answer hangs on: a patch of the picture is covered, and the score read again
 * (Zeiler and Fergus, 2014). Patches are an eighth of the picture, half a patch apart.
 */
import type { Volume } from "../../drawing/volume";
import type { Values } from "../../engine/engine";

/** Where a patch lies, in pixels. */
export interface Patch {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

const SHARE = 8;

/** All patches, row by row; the last ones end with the picture. */
export function listPatches({ rows, columns }: Volume): Patch[] {
  const [high, wide] = [sideOf(rows), sideOf(columns)];
  return startsOf(rows, high).flatMap((top) =>
    startsOf(columns, wide).map((left) => ({ top, left, rows: high, columns: wide })),
  );
}

function sideOf(length: number): number {
  return Math.max(1, Math.ceil(length / SHARE));
}

function startsOf(length: number, side: number): number[] {
  const step = Math.max(1, Math.floor(side / 2));
  const starts = [];
  for (let start = 0; start + side < length; start += step) starts.push(start);
  return [...starts, length - side];
}

/** The picture with a patch in its mean colour. */
export function cover(picture: Values, volume: Volume, patch: Patch): Values {
  const covered = picture.slice();
  const colour = meanOf(picture, volume.channels);
  for (let row = patch.top; row < patch.top + patch.rows; row++) {
    for (let column = patch.left; column < patch.left + patch.columns; column++) {
      covered.set(colour, (row * volume.columns + column) * volume.channels);
    }
  }
  return covered;
}

/** By channel; a whole number where the picture has whole numbers. */
function meanOf(picture: Values, channels: number): number[] {
  const sums = new Array<number>(channels).fill(0);
  picture.forEach((value: number, i: number) => {
    sums[i % channels] = (sums[i % channels] ?? 0) + value;
  });
  const means = sums.map((sum) => sum / (picture.length / channels));
  return picture instanceof Float32Array ? means : means.map(Math.round);
}

/** Of each pixel the mean drop of the score over the patches that cover it. */
export class Drops {
  private readonly sums: Float32Array<ArrayBuffer>;
  private readonly counts: Uint16Array;

  constructor(private readonly volume: Volume) {
    this.sums = new Float32Array(volume.rows * volume.columns);
    this.counts = new Uint16Array(this.sums.length);
  }

  add(patch: Patch, drop: number): void {
    for (let row = patch.top; row < patch.top + patch.rows; row++) {
      const start = row * this.volume.columns + patch.left;
      for (let at = start; at < start + patch.columns; at++) {
        this.sums[at] = (this.sums[at] ?? 0) + drop;
        this.counts[at] = (this.counts[at] ?? 0) + 1;
      }
    }
  }

  /** 0 where no patch has been yet. */
  tell(): Float32Array<ArrayBuffer> {
    return this.sums.map((sum, i) => sum / Math.max(1, this.counts[i] ?? 0));
  }
}
