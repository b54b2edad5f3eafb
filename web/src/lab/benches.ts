/** The lab's benches: a folder each, listed here and nowhere else. */
import type { ComponentType } from "preact";
import type { Page } from "../page/page";
import type { Live } from "../state/live";
import { sightOf } from "./buys/answers";
import { BuysBench } from "./buys/buys_bench";
import { ColorsBench } from "./colors/colors_bench";
import type { LabKernels } from "./compute/lab_kernels";
import { EdgesBench } from "./edges/edges_bench";
import { KernelBench } from "./kernel/kernel_bench";
import { LineBench } from "./line/line_bench";
import { SizesBench } from "./sizes/sizes_bench";

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
  {
    id: "edges",
    title: "Edges",
    says: "Two kernels, one for each direction, say together how strong an edge is and which way it gets lighter.",
    Body: EdgesBench,
    isFor: () => true,
  },
  {
    id: "colors",
    title: "Colours",
    says: "A picture has three numbers a pixel, and a kernel has weights for each of them. What one colour sees, another may not.",
    Body: ColorsBench,
    isFor: () => true,
  },
  {
    id: "sizes",
    title: "Sizes",
    says: "How large the output of a sliding window is, how much of the picture one value sees, and how many weights it takes.",
    Body: SizesBench,
    isFor: () => true,
  },
  {
    id: "line",
    title: "One dimension",
    says: "Convolution on a line: one function slides over another, turned round, and at each place the area under their product is written down.",
    Body: LineBench,
    isFor: () => true,
  },
  {
    id: "buys",
    title: "What it buys",
    says: "Why networks for pictures slide small windows: what moves with the picture, what does not, and what it saves.",
    Body: BuysBench,
    isFor: ({ exhibit }) => exhibit !== null && sightOf(exhibit) !== null,
  },
];
