import "./input_panel.css";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Shown } from "../network/network_view";
import type { ModelDocument } from "../page/document";
import { addressedText } from "../state/address";
import { Camera } from "./camera";
import { DrawingPad } from "./drawing_pad";
import { Gallery } from "./gallery";
import { Now } from "./now";
import { makeShower, type Shower } from "./own";
import { PictureFile } from "./picture_file";

const source = addressedText("input", "examples");

const TITLES = {
  examples: "Examples",
  draw: "Draw",
  picture: "Picture",
  camera: "Camera",
} as const;
type Source = keyof typeof TITLES;

/** What the network is shown: an example, a drawing, a picture, a camera. */
export function InputPanel({ exhibit, live }: Shown) {
  const shower = useMemo(() => makeShower(exhibit, live), [exhibit, live]);
  const [file, setFile] = useState<File | null>(null);
  const offered = offer(shower);
  const current = offered.find((one) => one === source.value) ?? "examples";
  const take = (found: File | null | undefined) => {
    if (!found || !shower) return;
    setFile(found);
    source.value = "picture";
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => take(pictureOf(event.clipboardData));
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [shower]);
  return (
    <section
      class="input-panel card"
      aria-label="Input"
      onDragOver={(event) => {
        if (shower) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        take(pictureOf(event.dataTransfer));
      }}
    >
      <Now exhibit={exhibit} live={live} side={168} />
      {offered.length > 1 ? (
        <fieldset class="sources">
          <legend class="hidden">What to show the network</legend>
          {offered.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === current}
              onClick={() => {
                source.value = one;
              }}
            >
              {TITLES[one]}
            </button>
          ))}
        </fieldset>
      ) : null}
      {current === "examples" ? <Gallery exhibit={exhibit} live={live} /> : null}
      {current === "draw" && shower ? (
        <DrawingPad exhibit={exhibit} shower={shower} />
      ) : null}
      {current === "picture" && shower ? (
        <PictureFile shower={shower} file={file} />
      ) : null}
      {current === "camera" && shower ? <Camera shower={shower} /> : null}
      {shower ? null : <ByChance exhibit={exhibit} live={live} />}
    </section>
  );
}

function offer(shower: Shower | null): readonly Source[] {
  if (!shower) return ["examples"];
  return shower.preprocessor.facts.channels === 1
    ? ["examples", "draw", "picture", "camera"]
    : ["examples", "picture", "camera"];
}

function pictureOf(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find((file) => file.type.startsWith("image/"));
}

function ByChance({ exhibit, live }: Shown) {
  const { examples } = exhibit;
  return (
    <div class="sources">
      <button
        type="button"
        onClick={() => {
          const bytes = drawBytes(exhibit.model, examples.input(0).length);
          live.own.value = { origin: "chance", bytes };
        }}
      >
        Random bytes
      </button>
    </div>
  );
}

/** Any bytes; of real numbers any from 0 to 1. */
function drawBytes(model: ModelDocument, size: number): Uint8Array {
  const bytes = Uint8Array.from({ length: size }, () => Math.random() * 256);
  let start = 0;
  for (const name of model.inputs) {
    const tensor = model.tensors[name];
    if (tensor?.dtype === "float32") {
      const real = Float32Array.from({ length: tensor.bytes / 4 }, Math.random);
      bytes.set(new Uint8Array(real.buffer), start);
    }
    start += tensor?.bytes ?? 0;
  }
  return bytes;
}
