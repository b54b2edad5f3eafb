/** The architectures side by side, as tinycnn/explorer/zoo.py writes them. */
export interface Zoo {
  readonly board: string;
  readonly families: readonly Family[];
  readonly trained: readonly Trained[];
}

export interface Needs {
  readonly parameters: number;
  readonly macs: number;
  readonly arena_bytes: number;
  readonly flash_bytes: number;
  /** Estimated, of one inference on the board. */
  readonly milliseconds: number;
}

export interface Family extends Needs {
  readonly name: string;
  readonly idea: string;
  readonly source: string;
  readonly paper: Paper | null;
  /** Rows, columns, channels. */
  readonly input: readonly [number, number, number];
  readonly fits: boolean;
  readonly layers: readonly Layer[];
}

/** What the paper says of its own network; 0 where it says nothing. */
export interface Paper {
  readonly network: string;
  readonly year: number;
  readonly result: string;
  /** Its title, and where in it that is. */
  readonly where: string;
  readonly parameters: number;
  readonly macs: number;
}

export interface Layer {
  readonly kind: string;
  /** Of the output, without the batch. */
  readonly shape: readonly number[];
  readonly parameters: number;
  readonly macs: number;
  /** Rows and columns of the input that one output depends on. */
  readonly sees: readonly number[];
  /** The layers whose outputs it takes, by place. */
  readonly from: readonly number[];
}

/** A project of the zoo that was trained. */
export interface Trained extends Needs {
  readonly project: string;
  readonly family: string;
  readonly knobs: Readonly<Record<string, string | number | boolean>>;
  readonly dataset: string;
  readonly float_accuracy: number;
  readonly int8_accuracy: number;
}

/** What bars can compare. */
export interface Measure {
  readonly id: keyof Needs;
  readonly title: string;
  readonly unit: string;
  readonly says: string;
}

export const MEASURES: readonly Measure[] = [
  {
    id: "parameters",
    title: "Parameters",
    unit: "",
    says: "numbers that were learned",
  },
  {
    id: "macs",
    title: "Work",
    unit: "MACs",
    says: "multiplications and additions for one image",
  },
  { id: "arena_bytes", title: "RAM", unit: "B", says: "memory for the feature maps" },
  { id: "flash_bytes", title: "Flash", unit: "B", says: "memory for weights and code" },
  { id: "milliseconds", title: "Time", unit: "ms", says: "estimated, one image" },
];
