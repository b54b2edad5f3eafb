/** The lab's benches: a folder each, listed here and nowhere else. */
import type { ComponentType } from "preact";
import type { Page } from "../page/page";
import type { Live } from "../state/live";
import type { LabKernels } from "./compute/lab_kernels";
import { KernelBench } from "./kernel/kernel_bench";

/** What every bench is given. */
export interface BenchProps {
  readonly page: Page;
  /** null on a page without a model. */
  readonly live: Live | null;
  readonly kernels: LabKernels;
}

export interface Bench {
  /** In the address. */
  readonly id: string;
  readonly title: string;
  /** What one does there. */
  readonly says: string;
  readonly Body: ComponentType<BenchProps>;
  readonly isFor: (page: Page) => boolean;
}

export const BENCHES: readonly Bench[] = [
  {
    id: "kernels",
    title: "Kernels",
    says: "A kernel is a small square of weights that slides over a picture. At each place it multiplies, adds up, and writes one number: computed here by the very int8 code that a board runs.",
    Body: KernelBench,
    isFor: () => true,
  },
];
