import { useEffect, useRef, useState } from "preact/hooks";
import { describeWay, MOST_SIDE, type Shower } from "./own";

/** A picture from a file: chosen, dropped or pasted. */
export function PictureFile({ shower, file }: { shower: Shower; file: File | null }) {
  const [said, setSaid] = useState("");
  const [isInverted, setInverted] = useState(false);
  const taken = useRef<ImageData | null>(null);
  const isGrey = shower.preprocessor.facts.channels === 1;

  const take = async (from: File) => {
    try {
      const { pixels, note } = await readPixels(from);
      taken.current = pixels;
      shower.showImage(pixels, "picture", isInverted);
      setSaid(
        `${from.name || "pasted picture"}, ${note}: ${describeWay(shower.preprocessor)}`,
      );
    } catch {
      setSaid(
        `${from.name}: this browser cannot read it as a picture; save it as PNG.`,
      );
    }
  };
  useEffect(() => {
    if (file) void take(file);
  }, [file]);
  return (
    <div class="picture-file">
      <label class="line">
        Choose a picture, drop it here, or paste it{" "}
        <input
          type="file"
          accept="image/*"
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            if (chosen) void take(chosen);
          }}
        />
      </label>
      {isGrey ? (
        <label class="line">
          <input
            type="checkbox"
            checked={isInverted}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              setInverted(checked);
              if (taken.current) shower.showImage(taken.current, "picture", checked);
            }}
          />{" "}
          Turn dark and bright round
        </label>
      ) : null}
      <p class="note" role="status">
        {said}
      </p>
    </div>
  );
}

/** The pixels of a picture, on white where it is transparent, as a frame may be large. */
async function readPixels(file: File): Promise<{ pixels: ImageData; note: string }> {
  const bitmap = await createImageBitmap(file);
  const shrink = Math.min(1, MOST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * shrink));
  const height = Math.max(1, Math.round(bitmap.height * shrink));
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser cannot draw");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const size = `${bitmap.width} × ${bitmap.height}`;
  bitmap.close();
  const note = shrink < 1 ? `${size}, made ${width} × ${height} by the browser` : size;
  return { pixels: context.getImageData(0, 0, width, height), note };
}
