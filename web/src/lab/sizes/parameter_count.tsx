import { addressed, parseCount } from "../../state/address";
import { Scroll } from "../../style/scroll";
import { print } from "../compute/numbers";
import { WholeNumber } from "../parts/whole_number";
import { countConvolution, countDense, countLocal } from "./geometry";

const width = addressed("width", 640, parseCount);
const height = addressed("height", 480, parseCount);
const channels = addressed("channels", 1, parseCount);
const maps = addressed("maps", 1, parseCount);
const kernel = addressed("side-of-kernel", 3, parseCount);

/** LeNet-5's layers with weights, each with the sum that counts it. */
export const LENET5 = [
  ["convolution 5×5, 1 to 6", "(5 × 5 × 1 + 1) × 6", countConvolution(5, 1, 6)],
  ["convolution 5×5, 6 to 16", "(5 × 5 × 6 + 1) × 16", countConvolution(5, 6, 16)],
  ["dense, 400 to 120", "(400 + 1) × 120", countDense(400, 120)],
  ["dense, 120 to 84", "(120 + 1) × 84", countDense(120, 84)],
  ["dense, 84 to 10", "(84 + 1) × 10", countDense(84, 10)],
] as const;

/** What shared weights save: a layer from a picture to maps of its size. */
export function ParameterCount() {
  const places = width.value * height.value;
  const inputs = places * channels.value;
  const outputs = places * maps.value;
  const rows = [
    [
      "Dense: each output sees every input",
      `(${print(inputs)} + 1) × ${print(outputs)}`,
      countDense(inputs, outputs),
    ],
    [
      "Local: each place has a window with weights of its own",
      `(${kernel.value}² × ${channels.value} + 1) × ${maps.value} × ${print(places)}`,
      countLocal(kernel.value, channels.value, maps.value, places),
    ],
    [
      "Convolution: all places share one window",
      `(${kernel.value}² × ${channels.value} + 1) × ${maps.value}`,
      countConvolution(kernel.value, channels.value, maps.value),
    ],
  ] as const;
  return (
    <section class="card lab-stack" aria-label="Parameters">
      <h3>Parameters: what sharing the weights saves</h3>
      <div class="lab-row">
        {(
          [
            ["Width", width, 4096],
            ["Height", height, 4096],
            ["Channels", channels, 512],
            ["Maps to make", maps, 512],
            ["Kernel side", kernel, 11],
          ] as const
        ).map(([label, size, to]) => (
          <WholeNumber
            key={label}
            label={label}
            value={size.value}
            from={1}
            to={to}
            onChange={(value) => {
              size.value = value;
            }}
          />
        ))}
      </div>
      <Counts caption="From a picture to maps of the same size" rows={rows} />
      <Counts
        caption="LeNet-5: its layers with weights and biases"
        rows={[...LENET5, ["in all", "", LENET5.reduce((sum, [, , n]) => sum + n, 0)]]}
      />
    </section>
  );
}

interface CountsProps {
  readonly caption: string;
  readonly rows: readonly (readonly [string, string, number])[];
}

function Counts({ caption, rows }: CountsProps) {
  return (
    <Scroll name={caption}>
      <table>
        <caption>{caption}</caption>
        <tbody>
          {rows.map(([name, sum, total]) => (
            <tr key={name}>
              <th>{name}</th>
              <td class="lab-formula">{sum}</td>
              <td class="number">{print(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
