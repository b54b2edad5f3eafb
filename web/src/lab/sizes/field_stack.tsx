import { addressed } from "../../state/address";
import { Scroll } from "../../style/scroll";
import { print } from "../compute/numbers";
import { WholeNumber } from "../parts/whole_number";
import { growFields, type Window } from "./geometry";

const MOST = 8;
const STACKS: readonly (readonly [string, readonly Window[]])[] = [
  ["Three 3×3", [layer(3), layer(3), layer(3)]],
  ["With stride 2", [layer(3, 2), layer(3, 2), layer(3, 2)]],
  ["Dilated 1, 2, 4", [layer(3), layer(3, 1, 2), layer(3, 1, 4)]],
  ["LeNet-5", [layer(5), layer(2, 2), layer(5), layer(2, 2)]],
  ["One 7×7", [layer(7)]],
];
const stack = addressed<readonly Window[]>(
  "stack",
  STACKS[0]?.[1] ?? [],
  parseStack,
  printStack,
);

/** Layers upon each other: how far one value of the last sees. */
export function FieldStack() {
  const layers = stack.value;
  const fields = growFields(layers);
  const last = fields.at(-1)?.size ?? 1;
  const change = (at: number, part: Partial<Window>) => {
    stack.value = layers.map((one, i) => (i === at ? { ...one, ...part } : one));
  };
  return (
    <section class="card lab-stack" aria-label="Receptive field">
      <h3>Receptive field: what one value sees of the picture</h3>
      <div class="lab-chips">
        {STACKS.map(([title, windows]) => (
          <button
            key={title}
            type="button"
            aria-pressed={printStack(windows) === printStack(layers)}
            onClick={() => {
              stack.value = windows;
            }}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="lab-row lab-field-row">
        <Scroll name="The stack, layer by layer">
          <table>
            <thead>
              <tr>
                <th>layer</th>
                <th>kernel</th>
                <th>stride</th>
                <th>dilation</th>
                <th class="number">sees</th>
                <th class="number">step</th>
              </tr>
            </thead>
            <tbody>
              {layers.map((one, i) => (
                <tr key={i}>
                  <th>{i + 1}</th>
                  {(["kernel", "stride", "dilation"] as const).map((part) => (
                    <td key={part}>
                      <WholeNumber
                        isBare
                        label={`Layer ${i + 1}: ${part}`}
                        value={one[part]}
                        from={1}
                        to={part === "kernel" ? 11 : 8}
                        onChange={(value) => change(i, { [part]: value })}
                      />
                    </td>
                  ))}
                  <td class="number">
                    {print(fields[i]?.size ?? 1)} × {print(fields[i]?.size ?? 1)}
                  </td>
                  <td class="number">{print(fields[i]?.jump ?? 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
        <FieldPicture sizes={fields.map((one) => one.size)} />
      </div>
      <div class="lab-row">
        <button
          type="button"
          disabled={layers.length >= MOST}
          onClick={() => {
            stack.value = [...layers, layer(3)];
          }}
        >
          Add a layer
        </button>
        <button
          type="button"
          disabled={layers.length <= 1}
          onClick={() => {
            stack.value = layers.slice(0, -1);
          }}
        >
          Take one away
        </button>
      </div>
      <p class="note" aria-live="polite">
        One value of layer {layers.length} sees {print(last)} × {print(last)} pixels. A
        layer adds (kernel − 1) × dilation × step; the step is the product of all
        strides before it.
      </p>
    </section>
  );
}

/** The fields inside each other, to scale. */
function FieldPicture({ sizes }: { sizes: readonly number[] }) {
  const last = sizes.at(-1) ?? 1;
  return (
    <svg
      class="lab-fields"
      viewBox={`${-last / 2 - 0.5} ${-last / 2 - 0.5} ${last + 1} ${last + 1}`}
      role="img"
      aria-label={`Fields of ${sizes.join(", ")} pixels, inside each other`}
    >
      {[...sizes].reverse().map((size, i) => (
        <rect
          key={i}
          x={-size / 2}
          y={-size / 2}
          width={size}
          height={size}
          class={i === 0 ? "last" : undefined}
          vector-effect="non-scaling-stroke"
        />
      ))}
      <rect class="dot" x={-0.5} y={-0.5} width={1} height={1} />
    </svg>
  );
}

function layer(kernel: number, stride = 1, dilation = 1): Window {
  return { kernel, stride, dilation };
}

/** `3.1.1-3.2.1`: kernel, stride, dilation of each layer. */
function printStack(layers: readonly Window[]): string {
  return layers
    .map(({ kernel, stride, dilation }) => [kernel, stride, dilation].join("."))
    .join("-");
}

function parseStack(text: string): Window[] | null {
  if (!/^\d{1,2}\.\d\.\d(-\d{1,2}\.\d\.\d){0,7}$/.test(text)) return null;
  const layers = text.split("-").map((part) => {
    const [kernel = 1, stride = 1, dilation = 1] = part.split(".").map(Number);
    return layer(kernel, stride, dilation);
  });
  const isGood = ({ kernel, stride, dilation }: Window) =>
    Math.min(kernel, stride, dilation) >= 1 &&
    kernel <= 11 &&
    Math.max(stride, dilation) <= 8;
  return layers.every(isGood) ? layers : null;
}
