/** Files and cameras as pictures: the middle square, made as small as is asked. */
import type { Picture } from "../compute/picture";

/** What a canvas can draw, with its size. */
export interface Drawable {
  readonly from: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

export function capture({ from, width, height }: Drawable, side: number): Picture {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser gives no canvas");
  const edge = Math.min(width, height);
  const [left, top] = [(width - edge) / 2, (height - edge) / 2];
  context.imageSmoothingQuality = "high";
  context.drawImage(from, left, top, edge, edge, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  const rgb = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) rgb.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width: side, height: side, rgb };
}

/** A picture file. Throws if the browser cannot read it. */
export async function readFile(file: Blob, side: number): Promise<Picture> {
  const from = await createImageBitmap(file);
  const picture = capture({ from, width: from.width, height: from.height }, side);
  from.close();
  return picture;
}

/** Gives a picture a frame until it is stopped by what it returns. */
export async function watchCamera(
  side: () => number,
  take: (picture: Picture) => void,
): Promise<() => void> {
  if (!navigator.mediaDevices) throw new Error("this page may not use a camera");
  const stream = await navigator.mediaDevices.getUserMedia({ video: true });
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = stream;
  await video.play();
  let frame = requestAnimationFrame(function next() {
    const { videoWidth: width, videoHeight: height } = video;
    if (width > 0) take(capture({ from: video, width, height }, side()));
    frame = requestAnimationFrame(next);
  });
  return () => {
    cancelAnimationFrame(frame);
    for (const track of stream.getTracks()) track.stop();
  };
}
