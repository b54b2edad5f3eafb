/** In what order examples are shown, and which of them. */
import type { ExamplesDocument } from "../page/document";

/** "all", "wrong", "unsure", or the number of a class. */
export type Filter = string;

/** Places of examples: the wrong ones, then the least sure ones, then the others. */
export function orderExamples(examples: ExamplesDocument): number[] {
  const all = Array.from({ length: examples.count }, (_, i) => i);
  return [...new Set([...examples.wrong, ...examples.unsure, ...all])];
}

/** Those of the places that a filter leaves. */
export function filterExamples(
  examples: ExamplesDocument,
  places: readonly number[],
  filter: Filter,
): readonly number[] {
  if (filter === "wrong") return places.filter((i) => examples.wrong.includes(i));
  if (filter === "unsure") return places.filter((i) => examples.unsure.includes(i));
  if (filter === "all") return places;
  return places.filter((i) => isOf(examples, i, Number(filter)));
}

/** The filters that leave something, with their words and how many they leave. */
export function listFilters(
  examples: ExamplesDocument,
): { filter: Filter; title: string; count: number }[] {
  const classes = examples.task === "regression" ? [] : (examples.classes ?? []);
  const named = [
    { filter: "all", title: "all" },
    { filter: "wrong", title: "answered wrong" },
    { filter: "unsure", title: "least sure" },
    ...classes.map((title, i) => ({ filter: String(i), title })),
  ];
  const places = orderExamples(examples);
  return named
    .map((one) => ({
      ...one,
      count: filterExamples(examples, places, one.filter).length,
    }))
    .filter(({ filter, count }) => filter === "all" || count > 0);
}

function isOf(examples: ExamplesDocument, place: number, label: number): boolean {
  const said = examples.labels?.[place];
  return typeof said === "number" ? said === label : said?.[label] === 1;
}
