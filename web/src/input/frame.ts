/** Raw frames as a sensor delivers them, of a canvas's pixels. */
export type Pixels = "grey" | "rgb565" | "rgb888";

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly pixels: Pixels;
  readonly bytes: Uint8Array;
}

/** Bytes of a pixel; the value is also the C's name for the format. */
export const PIXEL_BYTES: Readonly<Record<Pixels, number>> = {
  grey: 1,
  rgb565: 2,
  rgb888: 3,
};

/** The frame that a sensor would send of opaque RGBA pixels. */
export function toFrame(image: ImageData, pixels: Pixels): Frame {
  const { width, height, data } = image;
  const bytes = new Uint8Array(width * height * PIXEL_BYTES[pixels]);
  let to = 0;
  for (let from = 0; from < data.length; from += 4) {
    const red = data[from] ?? 0;
    const green = data[from + 1] ?? 0;
    const blue = data[from + 2] ?? 0;
    if (pixels === "grey") {
      bytes[to++] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
    } else if (pixels === "rgb888") {
      bytes[to++] = red;
      bytes[to++] = green;
      bytes[to++] = blue;
    } else {
      const packed = ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3);
      bytes[to++] = packed >> 8;
      bytes[to++] = packed;
    }
  }
  return { width, height, pixels, bytes };
}
