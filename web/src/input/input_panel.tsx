import type { Shown } from "../network/network_view";
import { image } from "../state/selection";

/** What the network is shown: an example, a drawing, a picture, a camera. */
export function InputPanel({ exhibit: { examples } }: Shown) {
  return (
    <section aria-label="Input">
      {image.value + 1} of {examples.count}
    </section>
  );
}
