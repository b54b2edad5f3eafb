import "./buys.css";
import type { BenchProps } from "../benches";
import { sightOf } from "./answers";
import { Moving } from "./moving";
import { Permuting } from "./permuting";
import { Sharing } from "./sharing";

/** What a network gains from windows that slide, and what it does not. */
export function BuysBench({ page: { exhibit }, live }: BenchProps) {
  const sight = exhibit && sightOf(exhibit);
  if (!exhibit || !live || !sight) return null;
  return (
    <div class="lab-bench">
      <Moving exhibit={exhibit} live={live} sight={sight} />
      {exhibit.examples.labels ? (
        <Permuting exhibit={exhibit} live={live} sight={sight} />
      ) : null}
      <Sharing exhibit={exhibit} />
    </div>
  );
}
