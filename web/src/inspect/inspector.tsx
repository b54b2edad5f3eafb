import type { Shown } from "../network/network_view";
import { tensor } from "../state/selection";

/** One number of the selected tensor, taken apart. */
export function Inspector(_: Shown) {
  return tensor.value ? (
    <section aria-label="One number">{tensor.value}</section>
  ) : null;
}
