/** A picture to experiment with, 0 to 255, three bytes a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** R, G, B of each pixel, row by row. */
  readonly rgb: Uint8Array;
}

/** Brightness as the eye weighs the colours (ITU-R BT.601), one byte a pixel. */
export function toGrey({ rgb }: Picture): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 }, (_, i) =>
    Math.round(
      0.299 * (rgb[3 * i] ?? 0) +
        0.587 * (rgb[3 * i + 1] ?? 0) +
        0.114 * (rgb[3 * i + 2] ?? 0),
    ),
  );
}

/** Bytes as a kernel takes them: 0 is -128. */
export function toInt8(bytes: Uint8Array): Int8Array {
  return Int8Array.from(bytes, (value) => value - 128);
}
