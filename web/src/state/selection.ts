/** What is looked at: parts of the address that several views share. */
import { addressed, addressedText, parseCount } from "./address";

/** Which of the page's views. */
export const view = addressedText("view", "");

/** Which example, by its place. */
export const image = addressed("image", 0, parseCount);

/** Which tensor, by its name in the document; empty for none. */
export const tensor = addressedText("tensor", "");

/** Which channel of it. */
export const channel = addressed("channel", 0, parseCount);

/** Which row and column of it; null for none. */
export const position = addressed<readonly [number, number] | null>(
  "at",
  null,
  (text) => {
    const found = /^(\d{1,6}),(\d{1,6})$/.exec(text);
    return found ? [Number(found[1]), Number(found[2])] : null;
  },
  (value) => (value ? value.join(",") : ""),
);
