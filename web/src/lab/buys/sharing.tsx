import type { Call } from "../../page/document";
import type { Exhibit } from "../../page/page";
import { Scroll } from "../../style/scroll";
import { print } from "../compute/numbers";

/** The convolutions of this network, if they did not share their weights. */
export function Sharing({ exhibit: { model } }: { exhibit: Exhibit }) {
  const rows = model.calls.flatMap((call) => {
    const found = countWeights(call);
    return found ? [found] : [];
  });
  if (!rows.length) return null;
  return (
    <section class="card lab-stack" aria-label="Sharing">
      <h3>Count the weights: shared, local, dense</h3>
      <Scroll name="Weights, counted">
        <table>
          <thead>
            <tr>
              <th>convolution</th>
              <th class="number">shared, as it is</th>
              <th class="number">a window's own at each place</th>
              <th class="number">dense</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, shared, local, dense }, i) => (
              <tr key={i}>
                <th>{name}</th>
                <td class="number">{print(shared)}</td>
                <td class="number">{print(local)}</td>
                <td class="number">{print(dense)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** Weights without biases; null for what is no plain convolution. */
export function countWeights({ kind, params }: Call) {
  if (kind !== "CONV_2D") return null;
  const of = (name: string) => {
    const value = params[name];
    return typeof value === "number" ? value : Number.NaN;
  };
  const window = of("kernel_height") * of("kernel_width");
  const shared = window * of("input_channels") * of("output_channels");
  if (Number.isNaN(shared)) return null;
  const places = of("output_height") * of("output_width");
  const inputs = of("input_height") * of("input_width") * of("input_channels");
  return {
    name: `${of("kernel_height")}×${of("kernel_width")}, ${of("input_channels")} to ${of("output_channels")} channels`,
    shared,
    local: shared * places,
    dense: inputs * places * of("output_channels"),
  };
}
