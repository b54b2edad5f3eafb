import { useState } from "preact/hooks";
import type { Term } from "../arithmetic/breakdown";
import { isVector, volumeOf } from "../drawing/volume";
import { Scroll } from "../style/scroll";
import { locate, unit } from "./focus";
import { LookButton } from "./maps";
import { printReal, printWhole } from "./print";
import { factsOf, type Scene } from "./scene";

/** So many are shown before one asks for all. */
const FIRST = 12;

interface Props {
  readonly scene: Scene;
  readonly terms: readonly Term[];
  readonly input: string;
  /** What one step of an input, and of a product, stands for. */
  readonly inputScale: number;
  readonly productScale: number;
  readonly zero: number;
}

/** Every term of a sum, what adds most first; the rest in one line until it is asked for. */
export function TermTable({ scene, terms, input, ...scales }: Props) {
  const [isWhole, setWhole] = useState(false);
  const sorted = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const shown = isWhole ? sorted : sorted.slice(0, FIRST);
  const rest = sorted.slice(shown.length);
  const largest = Math.abs(sorted[0]?.product ?? 0) || 1;
  const isWeighted = terms.some((term) => term.weight !== null);
  const sum = rest.reduce((total, term) => total + term.product, 0);
  return (
    <Scroll class="terms" name="The terms">
      <table>
        <caption>
          {isWhole || rest.length === 0
            ? "All terms, what adds most first"
            : `The ${shown.length} terms that add most`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Input at</th>
            <th scope="col" class="number">
              Input
            </th>
            <th scope="col" class="number">
              − zero point
            </th>
            {isWeighted ? (
              <>
                <th scope="col" class="number">
                  Weight
                </th>
                <th scope="col" class="number">
                  Product
                </th>
              </>
            ) : null}
            <th scope="col">
              <span class="hidden">As a bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((term, i) => (
            <Row
              key={i}
              scene={scene}
              term={term}
              isWeighted={isWeighted}
              share={term.product / largest}
              {...scales}
            />
          ))}
          {rest.length > 0 ? (
            <tr>
              <th scope="row" colSpan={isWeighted ? 4 : 2}>
                the other {printWhole(rest.length)} together{" "}
                <button type="button" class="link" onClick={() => setWhole(true)}>
                  Show all {printWhole(terms.length)}
                </button>
              </th>
              <td class="number">{printIn(sum, scales.productScale)}</td>
              <td />
            </tr>
          ) : null}
        </tbody>
      </table>
    </Scroll>
  );
}

interface RowProps {
  readonly scene: Scene;
  readonly term: Term;
  readonly isWeighted: boolean;
  /** Of the largest product. */
  readonly share: number;
  readonly inputScale: number;
  readonly productScale: number;
  readonly zero: number;
}

function Row({ scene, term, isWeighted, share, ...scales }: RowProps) {
  const { inputScale, productScale } = scales;
  return (
    <tr>
      <th scope="row">
        {term.source ? (
          <LookButton
            scene={scene}
            source={term.source}
            text={nameOf(scene, term.source)}
          />
        ) : (
          "padding"
        )}
      </th>
      <td class="number">{printWhole(term.input)}</td>
      <td class="number">{printIn(term.centred, inputScale)}</td>
      {isWeighted ? (
        <>
          <td class="number">{printIn(term.weight ?? 0, productScale / inputScale)}</td>
          <td class="number">{printIn(term.product, productScale)}</td>
        </>
      ) : null}
      <td class="bar-cell">
        <Bar share={share} />
      </td>
    </tr>
  );
}

/** A bar from the middle, to the right above 0 and to the left below. */
export function Bar({ share }: { share: number }) {
  const width = `${Math.abs(share) * 50}%`;
  const from = share < 0 ? { right: "50%" } : { left: "50%" };
  return (
    <span class="bar" aria-hidden="true">
      <span class={share < 0 ? "below" : "above"} style={{ ...from, width }} />
    </span>
  );
}

function nameOf(scene: Scene, source: { name: string; index: number }): string {
  const [[row, column], channel] = locate(scene.run, source);
  const volume = volumeOf(factsOf(scene, source.name)?.shape ?? []);
  if (isVector(volume)) return `number ${channel + 1}`;
  const place = `row ${row + 1}, column ${column + 1}`;
  return volume.channels > 1 ? `${place}, channel ${channel + 1}` : place;
}

function printIn(value: number, scale: number): string {
  return unit.value === "real" ? printReal(value * scale) : printWhole(value);
}
