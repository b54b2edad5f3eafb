import "./sorting.css";
import { useEffect, useState } from "preact/hooks";
import { hasBlob, readBytes } from "../../page/blobs";
import { type Pictures, picturesOf } from "../learned";
import type { Told } from "../parts";
import { ConfusionTable } from "./confusion_table";
import { PlaneOfImages } from "./plane_of_images";

/** Which images lie near each other for the network, and which classes it mixes up. */
export function Sorting(told: Told) {
  const { plane, confusion } = told.learned;
  const small = usePictures(
    "learned-images",
    plane?.side ?? null,
    plane?.indices.length,
  );
  const mistaken = usePictures("learned-mistakes", confusion?.side ?? null);
  return (
    <>
      <h2>Images as the network sees them</h2>
      {plane ? (
        <PlaneOfImages {...told} plane={plane} pictures={small} />
      ) : (
        <p class="note">
          This network has no dense layer at its end, or too few images: there is
          nothing to lay out in a plane.
        </p>
      )}
      <h2>Which class is taken for which</h2>
      {confusion ? (
        <ConfusionTable {...told} confusion={confusion} pictures={mistaken} />
      ) : (
        <p class="note">
          Only a project with classes knows what is true of each of its test images.
        </p>
      )}
    </>
  );
}

type Side = readonly [number, number] | readonly [number, number, number];

/** Pictures in a piece; how many channels they have follows from their count. */
function usePictures(id: string, side: Side | null, count = 0): Pictures | null {
  const [found, setFound] = useState<Pictures | null>(null);
  useEffect(() => {
    if (!side || !hasBlob(id)) return;
    readBytes(id).then((bytes) => {
      const [rows, columns, colours = bytes.length / (side[0] * side[1] * count)] =
        side;
      setFound(picturesOf(bytes, [rows, columns, colours]));
    });
  }, [id, side, count]);
  return found;
}
