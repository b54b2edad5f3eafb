/** What is shown instead of an example: frames become the model's input. */
import type { Exhibit } from "../page/page";
import type { Live, OwnInput } from "../state/live";
import { image } from "../state/selection";
import { type Frame, toFrame } from "./frame";
import type { Preprocessor } from "./preprocessor";

/** The longest side that a device's frame has, in pixels. */
export const MOST_SIDE = 1024;

export interface Shower {
  readonly preprocessor: Preprocessor;
  /** Shows what a sensor would have seen. */
  show(frame: Frame, origin: OwnInput["origin"]): void;
  /** Shows a canvas's pixels, brightness turned round if wished. */
  showImage(pixels: ImageData, origin: OwnInput["origin"], isInverted?: boolean): void;
}

/** Writes frames to what all views read; null of a model without an image. */
export function makeShower(exhibit: Exhibit, live: Live): Shower | null {
  const { preprocessor, model, examples } = exhibit;
  if (!preprocessor) return null;
  const { input, pixels } = preprocessor.facts;
  const sizes = model.inputs.map((name) => model.tensors[name]?.bytes ?? 0);
  const start = sizes.slice(0, input).reduce((sum, bytes) => sum + bytes, 0);
  const show: Shower["show"] = (frame, origin) => {
    // Inputs that are no image stay those of the example.
    const place = Math.min(image.value, examples.count - 1);
    const bytes = examples.input(place).slice();
    bytes.set(preprocessor.run(frame), start);
    live.own.value = { origin, bytes };
  };
  const showImage: Shower["showImage"] = (taken, origin, isInverted = false) => {
    show(toFrame(isInverted ? invert(taken) : taken, pixels), origin);
  };
  return { preprocessor, show, showImage };
}

function invert(taken: ImageData): ImageData {
  const data = taken.data.map((value, i) => (i % 4 === 3 ? value : 255 - value));
  return new ImageData(data, taken.width, taken.height);
}

/** What happens to a picture on its way, in a sentence. */
export function describeWay({ facts }: Preprocessor): string {
  const { width, height, channels, fit, isProjects, pixels } = facts;
  const colour = channels === 1 ? "grey" : "colour";
  const shape = fit === "crop" ? "cropped about the middle" : "padded with black";
  const sensor = pixels === "rgb565" ? ", 16 bits a pixel as the camera gives" : "";
  const rule = isProjects
    ? "as the project's data are, by the board's own code"
    : "scaled to 0..1, as is usual, by the board's own code: nothing says how this model's inputs were made";
  return `${shape}, ${width} × ${height} in ${colour}${sensor}; ${rule}.`;
}
