/** The document of a model, as tinycnn/explorer/document.py writes it. */
export interface ModelDocument {
  readonly schema: number;
  /** Of the `.tflite` file. */
  readonly sha256: string;
  /** The interpreter that is equalled, and the word for its numerics. */
  readonly reference: string;
  readonly numerics: "litert" | "tflm";
  /** Bytes. */
  readonly arena: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly tensors: Readonly<Record<string, TensorFacts>>;
  readonly arrays: Readonly<Record<string, ArrayFacts>>;
  readonly calls: readonly Call[];
  readonly operators: readonly Operator[];
}

export type DType = "int8" | "uint8" | "int16" | "int32" | "int64" | "float32" | "bool";

export interface TensorFacts {
  readonly id: number;
  readonly label: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** In the arena. */
  readonly offset: number;
  readonly bytes: number;
  readonly scale: number | null;
  readonly zero: number | null;
  readonly life: readonly [number, number];
  /** After so many calls it is whole, and later perhaps overwritten. */
  readonly step: number;
  /** Channels that a board leaves out, as no output needs them. */
  readonly omitted: readonly number[];
}

export interface ArrayFacts {
  readonly ctype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

export type Param =
  | number
  | string
  | readonly Param[]
  | { readonly [name: string]: Param };
export type Params = Readonly<Record<string, Param>>;

/** One call of a kernel. */
export interface Call {
  /** The operator's index in the file. */
  readonly op: number;
  readonly kind: string;
  readonly function: string;
  readonly params: Params;
  /** Names of tensors and arrays, in call order; "NULL" for none. */
  readonly args: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** One operator of the file; one that moves nothing has no call. */
export interface Operator {
  readonly index: number;
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Its first call, and how many it has. */
  readonly step: number;
  readonly calls: number;
  /** Weights, biases and other constants; multiplications of one inference. */
  readonly parameters: number;
  readonly macs: number;
  /** What slides over the input of a convolution or pool; null of others. */
  readonly window: Window | null;
}

export interface Window {
  /** Rows, columns. */
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
}

/** What the page can be shown of: tinycnn/explorer/examples.py. */
export interface ExamplesDocument {
  /** What they are, in words: "test images of mnist". */
  readonly origin: string;
  readonly count: number;
  /** The place of each in its data set; empty of inputs from chance. */
  readonly indices: readonly number[];
  /** A class (categorical, binary), a row of labels or numbers; null if unknown. */
  readonly labels: readonly (number | readonly number[])[] | null;
  readonly classes: readonly string[] | null;
  readonly task: "categorical" | "binary" | "multi-label" | "regression";
  /** Places in this list: the surest mistakes, and the least sure answers, first. */
  readonly wrong: readonly number[];
  readonly unsure: readonly number[];
}

/** Who made the page and of what. */
export interface PageFacts {
  readonly title: string;
  readonly generator: string;
  readonly board: string | null;
}

/** What tinycnn explain --serve has beside the page. */
export interface ServedFacts {
  /** Whether it starts a simulated board. */
  readonly board: boolean;
}
