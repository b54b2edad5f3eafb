import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Page } from "../../page/page";
import type { Live } from "../../state/live";
import { image } from "../../state/selection";
import { Choice } from "../parts/choice";
import { readFile, watchCamera } from "./capture";
import { MADE_UP } from "./made_up";
import { own, readInput, SIDES, side, source } from "./source";

interface Props {
  readonly page: Page;
  readonly live: Live | null;
}

/** Which picture: made up, an example, a file, the camera. */
export function PictureChooser({ page: { exhibit }, live }: Props) {
  const trouble = useSignal("");
  const file = useRef<HTMLInputElement>(null);
  const hasExamples =
    exhibit !== null && readInput(exhibit, exhibit.examples.input(0)) !== null;
  useCamera((error) => {
    trouble.value = error;
  });
  const choices = [
    ...MADE_UP.map(({ id, title }) => [id, title] as const),
    ...(hasExamples ? [["example", "What the network is shown"] as const] : []),
    ["own", "A picture of yours…"] as const,
    ["camera", "The camera"] as const,
  ];
  return (
    <div class="lab-row">
      <Choice
        label="Picture"
        value={source.value}
        choices={choices}
        onChoose={(name) => {
          trouble.value = "";
          source.value = name;
          if (name === "own") file.current?.click();
        }}
      />
      {source.value === "example" && exhibit ? (
        <label class="lab-field">
          Number
          <input
            type="number"
            min="1"
            max={exhibit.examples.count}
            value={image.value + 1}
            onInput={(event) => {
              const number = Number(event.currentTarget.value);
              if (number < 1 || number > exhibit.examples.count) return;
              if (live) live.own.value = null;
              image.value = number - 1;
            }}
          />
        </label>
      ) : hasOwnSide() ? null : (
        <Choice
          label="Pixels"
          value={String(side.value)}
          choices={SIDES.map((one) => [String(one), `${one} × ${one}`] as const)}
          onChoose={(text) => {
            side.value = Number(text);
          }}
        />
      )}
      <label class={source.value === "own" ? "lab-field" : "hidden"}>
        File
        <input
          ref={file}
          type="file"
          accept="image/*"
          onChange={async (event) => {
            const chosen = event.currentTarget.files?.[0];
            if (!chosen) return;
            try {
              own.value = await readFile(chosen, side.value);
              source.value = "own";
              trouble.value = "";
            } catch {
              trouble.value = `${chosen.name}: this browser cannot read it as a picture`;
            }
          }}
        />
      </label>
      {trouble.value ? (
        <p class="bad lab-wide" role="alert">
          {trouble.value}
        </p>
      ) : null}
    </div>
  );
}

function hasOwnSide(): boolean {
  return MADE_UP.some(({ id, side: own }) => id === source.value && own !== undefined);
}

/** The camera runs while it is chosen and this is shown. */
function useCamera(tell: (error: string) => void): void {
  const isOn = source.value === "camera";
  useEffect(() => {
    if (!isOn) return;
    let isWanted = true;
    let stop = () => {};
    watchCamera(
      () => side.value,
      (picture) => {
        own.value = picture;
      },
    ).then(
      (found) => {
        if (isWanted) stop = found;
        else found();
      },
      (error: unknown) => {
        const what = error instanceof Error ? error.message : String(error);
        if (isWanted) tell(`No camera: ${what}`);
      },
    );
    return () => {
      isWanted = false;
      stop();
    };
  }, [isOn]);
}
