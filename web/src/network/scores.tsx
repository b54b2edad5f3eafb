import "./scores.css";
import { px } from "../drawing/css";
import { measureText } from "../drawing/text";
import type { ExamplesDocument } from "../page/document";
import type { Live } from "../state/live";
import { nameOf, type Score, scoresOf } from "./answer";
import type { Layer } from "./graph";
import { pointed, select, selected } from "./pointing";
import { realOf } from "./values";
import { printReal } from "./words";

const HEIGHT = 20;
const LONGEST_NAME = 88;
const BESIDE_NAME = 110; // sign, bar, number, and the space between

/** Pixels that the list of a layer's scores takes. */
export function sizeOfScores({ volume }: Layer, { classes }: ExamplesDocument) {
  const height = HEIGHT * volume.channels;
  return { width: widthOfNames(volume.channels, classes) + BESIDE_NAME, height };
}

function widthOfNames(count: number, classes: readonly string[] | null): number {
  const names = Array.from({ length: count }, (_, i) => nameOf(i, count, classes));
  const longest = Math.max(...names.map((name) => measureText(name, 12, 650)));
  return Math.min(LONGEST_NAME, longest);
}

interface Props {
  readonly layer: Layer;
  readonly live: Live;
  readonly examples: ExamplesDocument;
  readonly title: string;
}

/** The classes with their numbers as bars; answer and truth are marked. */
export function Scores({ layer, live, examples, title }: Props) {
  const held = live.activations.value.get(layer.name) ?? [];
  const values = Array.from(held, (value) => realOf(layer, value));
  const scores = scoresOf(values, examples, live);
  const isKnown = scores.some((score) => score.isTrue);
  const isShare = layer.operator?.kind === "SOFTMAX";
  const [low, high] = isShare
    ? [0, 1]
    : [Math.min(0, ...values), Math.max(0, ...values)];
  const at = (value: number) =>
    high > low ? `${((value - low) / (high - low)) * 100}%` : "0";
  const look = (channel: number) => ({ tensor: layer.name, channel, place: PLACE });
  const current =
    [pointed.value, selected.value].find((one) => one?.tensor === layer.name)
      ?.channel ?? -1;
  return (
    <div
      class="scores"
      style={{ "--name": px(widthOfNames(values.length, examples.classes)) }}
      role="listbox"
      aria-label={`${title}; ${describe(scores, current, isShare, isKnown)}`}
      tabIndex={0}
      onPointerMove={(event) => {
        const index = indexUnder(event);
        if (index !== null) pointed.value = look(index);
      }}
      onClick={(event) => {
        const index = indexUnder(event);
        if (index !== null) select(look(index));
      }}
      onFocus={() => {
        pointed.value = look(Math.max(0, current));
      }}
      onBlur={() => {
        pointed.value = null;
      }}
      onKeyDown={(event) => {
        const next = stepTo(event.key, Math.max(0, current), scores.length);
        if (next === null) return;
        event.preventDefault();
        pointed.value = look(next);
        const isChosen = event.key === "Enter" || event.key === " ";
        if (isChosen || selected.peek()?.tensor === layer.name) select(look(next));
      }}
    >
      {scores.map((score, i) => (
        <div
          key={i}
          class="score"
          role="option"
          tabIndex={-1}
          aria-selected={i === current}
          data-index={i}
        >
          <span
            class={`mark-of ${score.isTrue ? "good" : "bad"}`}
            title={verdict(score, isKnown)}
          >
            {signOf(score, isKnown)}
          </span>
          <span class={`name ${score.isAnswer ? "strong" : ""}`}>{score.name}</span>
          <span class="track">
            <span
              class={score.real < 0 ? "fill low" : "fill"}
              style={{
                left: at(Math.min(0, score.real)),
                right: `calc(100% - ${at(Math.max(0, score.real))})`,
              }}
            />
          </span>
          <span class="amount">{print(score.real, isShare)}</span>
        </div>
      ))}
    </div>
  );
}

const PLACE = [0, 0] as const;

function indexUnder(event: MouseEvent): number | null {
  const row = (event.target as Element).closest<HTMLElement>("[data-index]");
  return row ? Number(row.dataset.index) : null;
}

function stepTo(key: string, from: number, count: number): number | null {
  switch (key) {
    case "ArrowUp":
    case "ArrowLeft":
    case "PageUp":
      return Math.max(0, from - 1);
    case "ArrowDown":
    case "ArrowRight":
    case "PageDown":
      return Math.min(count - 1, from + 1);
    case "Enter":
    case " ":
      return from;
    default:
      return null;
  }
}

function print(real: number, isShare: boolean): string {
  return isShare ? `${(real * 100).toFixed(real > 0.995 ? 0 : 1)} %` : printReal(real);
}

function signOf({ isAnswer, isTrue }: Score, isKnown: boolean): string {
  if (isAnswer) return isTrue ? "✓" : isKnown ? "✗" : "▸";
  return isTrue ? "○" : "";
}

function verdict({ isAnswer, isTrue }: Score, isKnown: boolean): string {
  const isWrong = isKnown && !isTrue;
  if (isAnswer) return `the answer${isTrue ? ", right" : isWrong ? ", wrong" : ""}`;
  return isTrue ? "what is true" : "";
}

function describe(
  scores: readonly Score[],
  current: number,
  isShare: boolean,
  isKnown: boolean,
): string {
  const one = scores[current] ?? scores.find((score) => score.isAnswer) ?? scores[0];
  if (!one) return "";
  const said = verdict(one, isKnown);
  return `${one.name}: ${print(one.real, isShare)}${said ? `, ${said}` : ""}`;
}
