import { useState } from "preact/hooks";
import type { Share, Shares } from "../arithmetic/breakdown";
import { Scroll } from "../style/scroll";
import { LookButton } from "./maps";
import { printPercent, printReal, printSmall, printWhole } from "./print";
import { factsOf, type Scene } from "./scene";

/** So many classes are shown before one asks for all. */
const FIRST = 12;

/** Softmax: from logits by exponentials to shares of one. */
export function SharesView({ scene }: { scene: Scene<Shares> }) {
  const { found, classes, focus, run } = scene;
  const { isReal } = found;
  const isLogarithm = found.way === "logarithm";
  const [isWhole, setWhole] = useState(false);
  const scale = isReal ? 1 : (factsOf(scene, found.input)?.scale ?? 1);
  const values = run.activations.get(focus.name);
  const first = focus.index - found.own;
  const order = choose(found, isWhole);
  const rest = found.shares.length - order.length;
  const print = isReal ? printReal : printWhole;
  return (
    <Scroll class="shares" name="The shares">
      <table>
        <caption>Every class: its score, e to that power, its share of the sum</caption>
        <thead>
          <tr>
            <th scope="col">{classes ? "Class" : "Number"}</th>
            <th scope="col" class="number">
              Score
            </th>
            <th scope="col" class="number">
              Below the best
            </th>
            <th scope="col" class="number">
              e<sup>−below</sup>
            </th>
            <th scope="col" class="number">
              Share
            </th>
            {isLogarithm ? (
              <th scope="col" class="number">
                Its logarithm
              </th>
            ) : null}
            <th scope="col" class="number">
              {isReal ? "Given" : "Byte"}
            </th>
            <th scope="col">
              <span class="hidden">As a bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {order.map((i) => {
            const share = found.shares[i] as Share;
            const isOwn = i === found.own;
            const isLater = scene.walk.isFilling.value && i > found.own;
            return (
              <tr key={i} class={isOwn ? "own" : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    aria-current={isOwn ? "true" : undefined}
                    onClick={() => scene.pick([0, 0], i)}
                  >
                    {classes?.[i] ?? i + 1}
                  </button>
                </th>
                <td class="number">
                  <Score scene={scene} share={share} scale={scale} />
                </td>
                <td class="number">{printReal(share.below * scale)}</td>
                <td class="number">
                  {isLater ? "" : printSmall(share.realExponential)}
                </td>
                <td class="number">{isLater ? "" : printPercent(share.realShare)}</td>
                {isLogarithm ? (
                  <td class="number">
                    {isLater ? "" : printReal(Math.log(share.realShare))}
                  </td>
                ) : null}
                <td class="number">{isLater ? "" : print(values?.[first + i] ?? 0)}</td>
                <td class="bar-cell">
                  <span class="bar whole" aria-hidden="true">
                    <span
                      class="above"
                      style={{
                        left: 0,
                        width: `${isLater ? 0 : 100 * share.realShare}%`,
                      }}
                    />
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              {rest > 0 ? (
                <button type="button" class="link" onClick={() => setWhole(true)}>
                  Show all {found.shares.length}
                </button>
              ) : (
                "together"
              )}
            </th>
            <td class="number">{printReal(found.realTotal)}</td>
            <td class="number">100 %</td>
            <td colSpan={isLogarithm ? 3 : 2} />
          </tr>
        </tfoot>
      </table>
    </Scroll>
  );
}

interface ScoreProps {
  readonly scene: Scene<Shares>;
  readonly share: Share;
  readonly scale: number;
}

/** What it stands for; the byte, or where there is none the number, leads to it. */
function Score({ scene, share, scale }: ScoreProps) {
  const { isReal, input } = scene.found;
  const real = printReal((share.input - zeroOf(scene, input)) * scale);
  const text = isReal ? real : printWhole(share.input);
  return (
    <>
      {isReal ? null : `${real} `}
      <LookButton scene={scene} source={share.source} text={text} />
    </>
  );
}

function zeroOf(scene: Scene, input: string): number {
  return factsOf(scene, input)?.zero ?? 0;
}

/** The likeliest and the own one, in their order; all where that is asked for. */
function choose({ shares, own }: Shares, isWhole: boolean): readonly number[] {
  const all = [...shares.keys()];
  if (isWhole || all.length <= FIRST) return all;
  const below = (i: number) => shares[i]?.below ?? 0;
  const best = [...all].sort((a, b) => below(a) - below(b)).slice(0, FIRST);
  return [...new Set([...best, own])].sort((a, b) => a - b);
}
