import { useEffect, useState } from "preact/hooks";
import { readJson } from "./blobs";

/** A JSON piece that one view alone needs, unpacked when that is first shown. */
export function usePiece<T>(id: string): T | null {
  const [piece, setPiece] = useState<T | null>(null);
  useEffect(() => {
    let isWanted = true;
    readJson<T>(id).then((found) => isWanted && setPiece(found));
    return () => {
      isWanted = false;
    };
  }, [id]);
  return piece;
}
