import "./now.css";
import type { Shown } from "../network/network_view";
import { image } from "../state/selection";
import { placeOf } from "./gallery";
import { InputPicture } from "./input_picture";
import { answerOf, nameOf } from "./inputs";

const ORIGINS = {
  drawn: "your drawing",
  picture: "your picture",
  camera: "the camera",
  chance: "random bytes",
} as const;

/** The input as it is now, and what the network says of it. */
export function Now({ exhibit, live, side }: Shown & { side: number }) {
  const { model, examples } = exhibit;
  const own = live.own.value;
  const bytes = live.input.value;
  const place = Math.min(image.value, examples.count - 1);
  const output = exhibit.engine.joinOutputs(live.activations.value);
  const label = own ? null : (examples.labels?.[place] ?? null);
  const { text, margin, isRight } = answerOf(model, examples, output, label);
  const origin = own ? ORIGINS[own.origin] : placeOf(examples, place);
  return (
    <div class="now">
      <InputPicture model={model} bytes={bytes} name={`Input, ${origin}`} side={side} />
      <div class="words">
        <p>
          <small>
            {own ? "Shown: " : `Example ${place + 1} of ${examples.count}: `}
            {origin}
          </small>
        </p>
        <p class={MOODS[String(isRight)]} role="status" id="answer">
          The network says <strong>{text}</strong>
          {label === null ? null : (
            <Truth isRight={isRight} is={nameOf(label, examples.classes)} />
          )}
          {margin === null ? null : (
            <small title="How far the second best answer is behind, of 1">
              {" "}
              (margin {margin.toFixed(2)})
            </small>
          )}
        </p>
      </div>
    </div>
  );
}

function Truth({ isRight, is }: { isRight: boolean | null; is: string }) {
  if (isRight) return <>: right</>;
  return (
    <>
      {isRight === false ? ": wrong, it is " : "; it is "}
      <strong>{is}</strong>
    </>
  );
}

const MOODS: Readonly<Record<string, string>> = { true: "good", false: "bad" };
