import "./learned.css";
import { usePiece } from "../page/use_piece";
import { addressedText } from "../state/address";
import type { Subject } from "../views";
import type { Learned } from "./learned";
import { PARTS } from "./parts";

const chosen = addressedText("part", PARTS[0]?.id ?? "");

/** What the network learned, told by real images and by its own numbers. */
export function LearnedView({ page: { exhibit }, live }: Subject) {
  const learned = usePiece<Learned>("learned");
  if (!exhibit || !live) return null;
  if (!learned) return <p>Unpacking…</p>;
  const part = PARTS.find((one) => one.id === chosen.value) ?? PARTS[0];
  return (
    <div class="learned">
      <fieldset class="choice parts">
        <legend class="hidden">Part</legend>
        {PARTS.map((one) => (
          <label key={one.id}>
            <input
              type="radio"
              name="part"
              checked={one === part}
              onChange={() => {
                chosen.value = one.id;
              }}
            />
            {one.title}
          </label>
        ))}
      </fieldset>
      {part ? <part.Body learned={learned} exhibit={exhibit} live={live} /> : null}
    </div>
  );
}
