import { batch, useSignal } from "@preact/signals";
import { addressed, parseCount } from "../../state/address";
import { count, print } from "../compute/numbers";
import { Choice } from "../parts/choice";
import { oneOf } from "../parts/parse";
import { Player } from "../parts/player";
import { WholeNumber } from "../parts/whole_number";
import type { Border, Fit, Window } from "./geometry";
import { NumberGrid } from "./number_grid";
import {
  type Activation,
  fitOf,
  makeInput,
  makeKernel,
  type Operation,
  outputOf,
  reduce,
  type Slide,
  tapsOf,
} from "./slide";

const LIMITS = { input: 12, kernel: 5, stride: 4, dilation: 3 };
const input = addressed("in", 5, sizeUpTo(LIMITS.input));
const kernel = addressed("window", 3, sizeUpTo(LIMITS.kernel));
const stride = addressed("stride", 1, sizeUpTo(LIMITS.stride));
const dilation = addressed("dilation", 1, sizeUpTo(LIMITS.dilation));
const border = addressed<Border>("border", "valid", oneOf("valid", "same", "full"));
const operation = addressed<Operation>(
  "operation",
  "convolution",
  oneOf("convolution", "max", "average"),
);
const activation = addressed<Activation>(
  "activation",
  "none",
  oneOf("none", "relu", "sigmoid", "tanh"),
);

/** A window slides over a grid of numbers: which it reads, and what it writes. */
export function SlidingWindow() {
  const step = useSignal(0);
  const window: Window = {
    kernel: kernel.value,
    stride: stride.value,
    dilation: dilation.value,
  };
  const slide: Slide = {
    input: makeInput(input.value),
    kernel: makeKernel(kernel.value),
    window,
    border: border.value,
    operation: operation.value,
    activation: activation.value,
  };
  const fitted = fitOf(slide);
  const { output, before, after } = fitted;
  const at = Math.min(step.value, output * output - 1);
  const [row, column] = [Math.floor(at / output), at % output];
  const taps = output ? tapsOf(slide, row, column) : [];
  return (
    <section class="card lab-stack" aria-label="Output size">
      <h3>Output size</h3>
      <Examples
        onShow={() => {
          step.value = 0;
        }}
      />
      <Controls />
      <p>
        <b>
          {output
            ? `${input.value} × ${input.value} becomes ${output} × ${output}`
            : "The window does not fit"}
        </b>{" "}
        <span class="lab-formula">
          {explain(input.value, window, border.value, fitted)}
        </span>
      </p>
      {output ? (
        <>
          <Player label="The window" step={step} count={output * output} pace={600} />
          <div class="lab-row lab-slide">
            <NumberGrid
              name="Input"
              numbers={slide.input}
              before={before}
              after={after}
              lit={taps}
            />
            {operation.value === "convolution" ? (
              <NumberGrid name="Kernel" numbers={slide.kernel} />
            ) : null}
            <NumberGrid
              name="Output"
              numbers={outputOf(slide)}
              shown={at + 1}
              lit={[{ row, column }]}
            />
          </div>
          <p class="lab-formula" aria-live="polite">
            {spell(slide, taps)}
          </p>
        </>
      ) : null}
    </section>
  );
}

type Numbers = readonly [
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
];

const EXAMPLES: readonly (readonly [string, Numbers, Border, Operation])[] = [
  ["5 × 5 by 3 × 3", [5, 3, 1, 1], "valid", "convolution"],
  ["padded", [5, 3, 1, 1], "same", "convolution"],
  ["stride 2", [5, 3, 2, 1], "valid", "convolution"],
  ["dilated", [7, 3, 1, 2], "valid", "convolution"],
  ["full", [5, 3, 1, 1], "full", "convolution"],
  ["max pooling", [4, 2, 2, 1], "valid", "max"],
  ["mean pooling", [4, 2, 2, 1], "valid", "average"],
];

/** Chips that set all of it. */
function Examples({ onShow }: { onShow: () => void }) {
  return (
    <fieldset class="lab-chips" aria-label="Examples">
      {EXAMPLES.map(([title, numbers, edge, way]) => (
        <button
          key={title}
          type="button"
          onClick={() => {
            batch(() => {
              [input.value, kernel.value, stride.value, dilation.value] = numbers;
              border.value = edge;
              operation.value = way;
              activation.value = "none";
            });
            onShow();
          }}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}

function Controls() {
  const sizes = [
    ["Input", input, LIMITS.input],
    ["Kernel", kernel, LIMITS.kernel],
    ["Stride", stride, LIMITS.stride],
    ["Dilation", dilation, LIMITS.dilation],
  ] as const;
  return (
    <div class="lab-row">
      {sizes.map(([label, size, limit]) => (
        <WholeNumber
          key={label}
          label={label}
          value={size.value}
          from={1}
          to={limit}
          onChange={(value) => {
            size.value = value;
          }}
        />
      ))}
      <Choice
        label="Padding"
        value={border.value}
        choices={[
          ["valid", "valid: none"],
          ["same", "same: as TensorFlow"],
          ["full", "full: wherever they touch"],
        ]}
        onChoose={(value) => {
          border.value = value as Border;
        }}
      />
      <Choice
        label="The window"
        value={operation.value}
        choices={[
          ["convolution", "multiplies and adds"],
          ["max", "takes the largest (max pooling)"],
          ["average", "takes the mean (average pooling)"],
        ]}
        onChoose={(value) => {
          operation.value = value as Operation;
        }}
      />
      <Choice
        label="Then"
        value={activation.value}
        choices={[
          ["none", "nothing"],
          ["relu", "ReLU: nothing below 0"],
          ["sigmoid", "sigmoid: between 0 and 1"],
          ["tanh", "tanh: between −1 and 1"],
        ]}
        onChoose={(value) => {
          activation.value = value as Activation;
        }}
      />
    </div>
  );
}

/** The formula with the numbers put in. */
export function explain(
  size: number,
  { stride, kernel, dilation }: Window,
  border: Border,
  { output, before, after, extent, unseen }: Fit,
): string {
  const window =
    dilation > 1
      ? `The window reaches over (${kernel} − 1) × ${dilation} + 1 = ${extent}. `
      : "";
  if (border === "same") {
    const zeros = before + after;
    return (
      `${window}⌈${size} ÷ ${stride}⌉ = ${output}; padding max((${output} − 1) × ` +
      `${stride} + ${extent} − ${size}, 0) = ${zeros}: ${before} before, ${after} after.`
    );
  }
  const around = border === "full" ? ` + 2 × ${before}` : "";
  const sum = `⌊(${size}${around} − ${extent}) ÷ ${stride}⌋ + 1 = ${output}.`;
  if (!output) return `${window}A window of ${extent} is larger than ${size}.`;
  const left = unseen
    ? ` Rounded down: the last ${count(unseen, "row and column", "rows and columns")} ` +
      "are never seen."
    : "";
  return `${window}${sum}${left}`;
}

function spell(slide: Slide, taps: ReturnType<typeof tapsOf>): string {
  const seen = taps.filter(({ value }) => value !== null);
  const values = seen.map(({ value }) => print(value ?? 0)).join(", ");
  const sum = reduce(slide.operation, taps);
  const result = print(sum, 2);
  const then = slide.activation === "none" ? "" : `, then ${slide.activation}`;
  if (slide.operation === "max") return `The largest of ${values} is ${result}${then}.`;
  if (slide.operation === "average")
    return `The mean of ${values} is ${result}${then}; what is outside does not count.`;
  const terms = taps.map(
    ({ value, weight }) => `${print(value ?? 0)} × ${print(weight)}`,
  );
  return `${terms.join(" + ")} = ${result}${then}`;
}

function sizeUpTo(limit: number): (text: string) => number | null {
  return (text) => {
    const size = parseCount(text);
    return size !== null && size >= 1 && size <= limit ? size : null;
  };
}
