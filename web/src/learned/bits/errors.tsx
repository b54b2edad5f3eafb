import { type Layer, readNetwork } from "../../network/graph";
import { longTitleOf } from "../../network/words";
import { Scroll } from "../../style/scroll";
import type { Told } from "../parts";
import { printShare, shareOf } from "./decibels";

/** How far each layer is from the same network in real numbers. */
export function Errors({ learned: { errors }, exhibit }: Told) {
  const layers = [...readNetwork(exhibit.model).values()].filter(
    ({ name }) => name in errors.tensors,
  );
  const shares = layers.map(
    ({ name }) => errors.tensors[name]?.map(shareOf) ?? [null, null],
  );
  const most = Math.max(...shares.flat().map((share) => share ?? 0), 1e-9);
  return (
    <>
      <h2>How much rounding adds, layer by layer</h2>
      <p class="note">
        The same network was computed in real numbers for {errors.images} inputs, and
        each layer compared with the int8 network's: the size of the error beside that
        of the values (root mean squares). “By itself” is what the layer's own rounding
        adds where the layer is given the int8 values before it. A layer may be noisy
        and cost nothing, if what follows does not care.
        {errors.unknown.length
          ? ` Not known here in real numbers: ${errors.unknown.join(", ")}.`
          : ""}
      </p>
      {layers.length ? (
        <Scroll name="Errors, layer by layer">
          <table class="errors">
            <thead>
              <tr>
                <th scope="col">Layer</th>
                <th scope="col">Up to here</th>
                <th scope="col">By itself</th>
              </tr>
            </thead>
            <tbody>
              {layers.map((layer, i) => (
                <Row
                  key={layer.name}
                  layer={layer}
                  shares={shares[i] ?? []}
                  decibels={errors.tensors[layer.name] ?? []}
                  most={most}
                />
              ))}
            </tbody>
          </table>
        </Scroll>
      ) : null}
    </>
  );
}

interface RowProps {
  readonly layer: Layer;
  readonly shares: readonly (number | null)[];
  readonly decibels: readonly (number | null)[];
  readonly most: number;
}

function Row({ layer, shares, decibels, most }: RowProps) {
  return (
    <tr>
      <th scope="row">{longTitleOf(layer)}</th>
      {shares.map((share, i) => (
        <td key={i} class="amount-bar">
          <span class="track">
            <span class="fill" style={{ width: `${(100 * (share ?? 0)) / most}%` }} />
          </span>
          <span>
            {printShare(share)}
            {share === null ? null : <small> {decibels[i]?.toFixed(0)} dB</small>}
          </span>
        </td>
      ))}
    </tr>
  );
}
