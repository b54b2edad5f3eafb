import "./gallery.css";
import { computed, type ReadonlySignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { ExamplesDocument } from "../page/document";
import type { Exhibit } from "../page/page";
import { addressedText } from "../state/address";
import type { Live } from "../state/live";
import { image } from "../state/selection";
import { answerOf, nameOf, partsOf } from "./inputs";
import { filterExamples, listFilters, orderExamples } from "./order";
import { Thumbnail } from "./thumbnail";

const filter = addressedText("examples", "all");

interface Props {
  readonly exhibit: Exhibit;
  readonly live: Live;
}

/**
 * The examples: mistakes first, then what the network is least sure of.
 *
 * Of another example only two are drawn anew: the one before and the one now.
 */
export function Gallery({ exhibit, live }: Props) {
  const { examples } = exhibit;
  const order = useMemo(() => orderExamples(examples), [examples]);
  const filters = useMemo(() => listFilters(examples), [examples]);
  const list = useRef<HTMLDivElement>(null);
  const known = filters.find((one) => one.filter === filter.value)?.filter ?? "all";
  const { places, choice } = useMemo(() => {
    const left = filterExamples(examples, order, known);
    return { places: left, choice: makeChoice(left, live, examples.count) };
  }, [examples, order, known, live]);

  const go = (place: number | undefined) => {
    if (place === undefined) return;
    choice.choose(place);
    list.current?.querySelector<HTMLElement>(`[data-place="${place}"]`)?.focus();
  };
  return (
    <div class="gallery-panel">
      {filters.length > 1 ? (
        <label class="line">
          Show{" "}
          <select
            value={known}
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
          const at = places.indexOf(choice.tabStop.peek());
          const across = countAcross(event.currentTarget);
          const next = stepOf(event.key, at, places.length, across);
          if (next === null) return;
          event.preventDefault();
          go(places[next]);
        }}
      >
        {places.map((place) => (
          <Thumb key={place} exhibit={exhibit} place={place} choice={choice} />
        ))}
      </div>
    </div>
  );
}

interface Choice {
  /** The example that is shown; -1 if something else is. */
  readonly shown: ReadonlySignal<number>;
  /** Where the keyboard enters the list. */
  readonly tabStop: ReadonlySignal<number>;
  readonly choose: (place: number) => void;
}

function makeChoice(places: readonly number[], live: Live, count: number): Choice {
  const shown = computed(() =>
    live.own.value === null ? Math.min(image.value, count - 1) : -1,
  );
  const tabStop = computed(() =>
    places.includes(shown.value) ? shown.value : (places[0] ?? 0),
  );
  const choose = (place: number) => {
    live.own.value = null;
    image.value = place;
  };
  return { shown, tabStop, choose };
}

interface ThumbProps {
  readonly exhibit: Exhibit;
  readonly place: number;
  readonly choice: Choice;
}

function Thumb({ exhibit, place, choice }: ThumbProps) {
  const { model, examples } = exhibit;
  const isChosen = useIs(choice.shown, place);
  const isTabStop = useIs(choice.tabStop, place);
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
      onClick={() => choice.choose(place)}
    >
      {part ? <Thumbnail part={part} /> : null}
    </div>
  );
}

/** Whether a signal has a value: who asks is drawn anew only when that changes. */
function useIs(state: ReadonlySignal<number>, value: number): boolean {
  return useMemo(() => computed(() => state.value === value), [state, value]).value;
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
