import "./lab.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { addressedText } from "../state/address";
import type { Subject } from "../views";
import { BENCHES, type BenchProps } from "./benches";
import { LabKernels } from "./compute/lab_kernels";

const bench = addressedText("bench", "kernels");

/** Benches on which an idea is tried by hand. */
export function LabView({ page, live }: Subject) {
  const kernels = useSignal<LabKernels | null>(null);
  const trouble = useSignal("");
  useEffect(() => {
    LabKernels.open().then(
      (found) => {
        kernels.value = found;
      },
      (error: unknown) => {
        trouble.value = String(error);
      },
    );
  }, []);
  const offered = BENCHES.filter((one) => one.isFor(page));
  const current = offered.find((one) => one.id === bench.value) ?? offered[0];
  const given: BenchProps | null = kernels.value && {
    page,
    live,
    kernels: kernels.value,
  };
  return (
    <div class="lab">
      <nav class="lab-chips lab-benches" aria-label="Benches">
        {offered.map((one) => (
          <button
            key={one.id}
            type="button"
            aria-current={one === current ? "true" : undefined}
            onClick={() => {
              bench.value = one.id;
            }}
          >
            {one.title}
          </button>
        ))}
      </nav>
      <h2>{current?.title}</h2>
      <p class="note">{current?.says}</p>
      {trouble.value ? <p class="bad">{trouble.value}</p> : null}
      {given && current ? <current.Body key={current.id} {...given} /> : null}
    </div>
  );
}
