/** The pictures of the piece `learned-dreams`, which lie end to end. */
import { useEffect, useState } from "preact/hooks";
import { readBytes } from "../../page/blobs";
import { type Dream, type Pictures, picturesOf } from "../learned";

/** Of each the made one and the best real one; last, that of free pixels alone. */
export function cutPictures(
  bytes: Uint8Array,
  dreams: readonly Dream[],
  colours: number,
): Pictures[] {
  let start = 0;
  const found = dreams.map(({ side }) => {
    const pictures = picturesOf(bytes, [...side, colours], start);
    start += 2 * side[0] * side[1] * colours;
    return pictures;
  });
  const first = dreams[0];
  return first ? [...found, picturesOf(bytes, [...first.side, colours], start)] : found;
}

/** null until they are unpacked. */
export function usePictures(
  dreams: readonly Dream[],
  colours: number,
): Pictures[] | null {
  const [found, setFound] = useState<Pictures[] | null>(null);
  useEffect(() => {
    readBytes("learned-dreams").then((bytes) =>
      setFound(cutPictures(bytes, dreams, colours)),
    );
  }, [dreams, colours]);
  return found;
}
