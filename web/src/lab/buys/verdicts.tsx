import { useMemo } from "preact/hooks";
import type { Exhibit } from "../../page/page";
import { ask, bestOf, nameClass, printScore } from "./answers";

interface Props {
  /** Each with its name. */
  readonly nets: readonly { readonly name: string; readonly exhibit: Exhibit }[];
  readonly still: Uint8Array;
  readonly moved: Uint8Array;
}

/** What each network says of the picture now, and whether it still says the same. */
export function Verdicts({ nets, still, moved }: Props) {
  const befores = useMemo(
    () => nets.map(({ exhibit }) => bestOf(ask(exhibit, still))),
    [nets.length, still],
  );
  return (
    <ul class="lab-verdicts" aria-live="polite">
      {nets.map(({ name, exhibit }, i) => {
        const before = befores[i] ?? 0;
        const scores = ask(exhibit, moved);
        const now = bestOf(scores);
        const holds = now === before;
        return (
          <li key={name} class={holds ? "good" : "bad"}>
            {nets.length > 1 ? <small>{name}</small> : null}
            <span>
              <b>
                {holds ? "✓ still" : "✗ now"} “{nameClass(exhibit, now)}”
              </b>{" "}
              {printScore(scores, now)}
              {holds ? "" : `, was “${nameClass(exhibit, before)}”`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
