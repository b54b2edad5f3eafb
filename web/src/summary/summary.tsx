import { useMemo } from "preact/hooks";
import type { Exhibit, Page } from "../page/page";
import { prove } from "../state/proof";

/** What the page is of, and whether it computes what the reference does. */
export function Summary({ page: { facts, exhibit } }: { page: Page }) {
  return (
    <header class="top">
      <h1>{facts.title}</h1>
      {exhibit ? <ProofLine exhibit={exhibit} /> : null}
    </header>
  );
}

function ProofLine({ exhibit }: { exhibit: Exhibit }) {
  const proof = useMemo(() => prove(exhibit), [exhibit]);
  const isEqual = proof.equal === proof.total;
  const { reference, sha256 } = exhibit.model;
  return (
    <p class={`proof ${isEqual ? "good" : "bad"}`} role="status" id="proof">
      <strong>
        {isEqual ? "✓" : "✗"} {proof.equal} of {proof.total} outputs equal to the
        reference
      </strong>{" "}
      <small>
        {reference}; {exhibit.examples.origin}; model{" "}
        <span title={sha256}>{sha256.slice(0, 12)}</span>
      </small>
    </p>
  );
}
