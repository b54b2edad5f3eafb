import type { Subject } from "../views";

/** The network, layer by layer, alive. */
export function NetworkView({ page, live }: Subject) {
  if (!page.exhibit || !live) return null;
  return <p>{page.exhibit.model.operators.length} operators</p>;
}
