/** Numbers that only change their place: CONCATENATION, SPLIT, TRANSPOSE, PAD ... */
import type { Breakdown, Moved, Source } from "./breakdown";
import {
  argument,
  count,
  counts,
  type Element,
  isConstant,
  pick,
  realOf,
  valuesOf,
} from "./element";

/** null where the call copies to other places. */
export function takeCopied(element: Element): Breakdown | null {
  const { params } = element.call;
  const place = findInBox(
    counts(params, "size"),
    counts(params, "output_stride"),
    element.index - count(params, "output_offset"),
  );
  if (!place) return null;
  const strides = counts(params, "input_stride");
  const distance = place.reduce((sum, i, d) => sum + i * pick(strides, d), 0);
  return from(element, count(params, "input_offset") + distance);
}

export function takeMoved(element: Element): Breakdown {
  return from(element, element.index);
}

export function takePadded(element: Element): Breakdown {
  const { params } = element.call;
  const sizes = counts(params, "input_shape");
  const before = counts(params, "before");
  const after = counts(params, "after");
  let [rest, index, stride] = [element.index, 0, 1];
  for (let d = sizes.length - 1; d >= 0; d--) {
    const size = pick(sizes, d);
    const whole = pick(before, d) + size + pick(after, d);
    const at = (rest % whole) - pick(before, d);
    if (at < 0 || at >= size) return padding(element, count(params, "value"));
    index += at * stride;
    stride *= size;
    rest = Math.floor(rest / whole);
  }
  return from(element, index);
}

function from(element: Element, index: number): Breakdown {
  const name = argument(element, 0);
  const source = isConstant(element, name) ? null : { name, index };
  return moved(element, pick(valuesOf(element, name), index), source);
}

function padding(element: Element, value: number): Breakdown {
  return { ...moved(element, value, null), isPadding: true };
}

function moved(element: Element, result: number, source: Source | null): Moved {
  const real = realOf(element, element.tensor, result);
  return { family: "moved", source, isPadding: false, result, real };
}

/** The indices in a box of what lies so far behind its first; null if it is not in it.
 * Dimensions do not overlap: the largest stride that fits comes first. */
function findInBox(
  sizes: readonly number[],
  strides: readonly number[],
  distance: number,
): readonly number[] | null {
  if (distance < 0) return null;
  const found = sizes.map(() => 0);
  const order = [...sizes.keys()].sort((a, b) => pick(strides, b) - pick(strides, a));
  let rest = distance;
  for (const d of order) {
    const stride = pick(strides, d);
    if (stride === 0) continue;
    const index = Math.min(Math.floor(rest / stride), pick(sizes, d) - 1);
    found[d] = index;
    rest -= index * stride;
  }
  return rest === 0 ? found : null;
}
