import "./gallery.css";
import { useMemo, useRef } from "preact/hooks";
import type { ExamplesDocument } from "../page/document";
import type { Exhibit } from "../page/page";
import { addressedText } from "../state/address";
import { image } from "../state/selection";
import { answerOf, nameOf, partsOf } from "./inputs";
import { filterExamples, listFilters, orderExamples } from "./order";
import { Thumbnail } from "./thumbnail";

const filter = addressedText("examples", "all");

interface Props {
  readonly exhibit: Exhibit;
  /** Whether an example is shown, and not something else. */
  readonly isShown: boolean;
  readonly onChoose: (place: number) => void;
}

/** The examples: mistakes first, then what the network is least sure of. */
export function Gallery({ exhibit, isShown, onChoose }: Props) {
  const { examples } = exhibit;
  const order = useMemo(() => orderExamples(examples), [examples]);
  const filters = useMemo(() => listFilters(examples), [examples]);
  const list = useRef<HTMLDivElement>(null);
  const known = filters.some((one) => one.filter === filter.value);
  const places = filterExamples(examples, order, known ? filter.value : "all");
  const current = isShown ? image.value : -1;
  const focused = places.includes(current) ? current : places[0];

  const go = (place: number | undefined) => {
    if (place === undefined) return;
    onChoose(place);
    list.current?.querySelector<HTMLElement>(`[data-place="${place}"]`)?.focus();
  };
  return (
    <div class="gallery-panel">
      {filters.length > 1 ? (
        <label class="line">
          Show{" "}
          <select
            value={known ? filter.value : "all"}
            onChange={(event) => {
              filter.value = event.currentTarget.value;
            }}
          >
            {filters.map((one) => (
              <option key={one.filter} value={one.filter}>
                {one.title} ({one.count})
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <div
        class="thumbs"
        role="listbox"
        aria-label="Examples"
        ref={list}
        onKeyDown={(event) => {
          const at = places.indexOf(focused ?? 0);
          const across = countAcross(event.currentTarget);
          const next = stepOf(event.key, at, places.length, across);
          if (next === null) return;
          event.preventDefault();
          go(places[next]);
        }}
      >
        {places.map((place) => (
          <Thumb
            key={place}
            exhibit={exhibit}
            place={place}
            isChosen={place === current}
            isTabStop={place === focused}
            onChoose={onChoose}
          />
        ))}
      </div>
    </div>
  );
}

interface ThumbProps {
  readonly exhibit: Exhibit;
  readonly place: number;
  readonly isChosen: boolean;
  readonly isTabStop: boolean;
  readonly onChoose: (place: number) => void;
}

function Thumb({ exhibit, place, isChosen, isTabStop, onChoose }: ThumbProps) {
  const { model, examples } = exhibit;
  const part = useMemo(
    () => partsOf(model, model.inputs, examples.input(place))[0],
    [exhibit, place],
  );
  const { text, isWrong } = describeExample(exhibit, place);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
    <div
      role="option"
      class={isWrong ? "thumb wrong" : "thumb"}
      aria-selected={isChosen}
      aria-label={text}
      title={text}
      tabIndex={isTabStop ? 0 : -1}
      data-place={place}
      onClick={() => onChoose(place)}
    >
      {part ? <Thumbnail part={part} /> : null}
    </div>
  );
}

/** An example in words: where it is from, what it is, what the network says. */
export function describeExample(
  { model, examples }: Exhibit,
  place: number,
): { text: string; isWrong: boolean } {
  const label = examples.labels?.[place] ?? null;
  const answer = answerOf(model, examples, examples.expected(place), label);
  const truth = label === null ? "" : `: ${nameOf(label, examples.classes)}`;
  const isWrong = answer.isRight === false;
  const said = isWrong ? `, taken for ${answer.text}` : "";
  return { text: `${placeOf(examples, place)}${truth}${said}`, isWrong };
}

/** Where an example is from: its number in its data set. */
export function placeOf({ indices, origin }: ExamplesDocument, place: number): string {
  const index = indices[place];
  return index === undefined ? origin : `number ${index} of the ${origin}`;
}

function countAcross(list: Element): number {
  const tops = [...list.children].map((one) => (one as HTMLElement).offsetTop);
  return Math.max(1, tops.filter((top) => top === tops[0]).length);
}

function stepOf(key: string, at: number, count: number, across: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - across,
    ArrowDown: at + across,
    Home: 0,
    End: count - 1,
  };
  const next = steps[key];
  return next === undefined ? null : Math.max(0, Math.min(count - 1, next));
}
