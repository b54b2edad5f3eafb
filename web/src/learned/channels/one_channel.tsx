import { HeatMap } from "../../drawing/heat_map";
import { Legend } from "../../drawing/legend";
import { Picture } from "../../drawing/picture";
import { rangeOf } from "../../drawing/ramp";
import type { Place } from "../../drawing/volume";
import { realOf } from "../../network/values";
import { printReal } from "../../network/words";
import { BEST } from "../learned";
import { OpenExample } from "../open_example";
import type { OfLayer } from "./best_patches";
import { largestOf } from "./largest";

/** One channel apart: its patches with their values, and its map of the shown image. */
export function OneChannel(props: OfLayer & { channel: number }) {
  const { patches, pictures, channel } = props;
  const values = patches.values[channel] ?? [];
  const places = patches.places[channel] ?? [];
  const [rows, columns, colours] = pictures.shape;
  return (
    <section class="card one-channel" aria-label={`Channel ${channel + 1}`}>
      <div>
        <h3>Channel {channel + 1}: its best nine</h3>
        <ol class="patches">
          {places.map(([index], i) =>
            index < 0 ? null : (
              <li key={i}>
                <Picture
                  name={`Patch ${i + 1} of ${BEST}, from image ${index}`}
                  values={pictures.at(channel * BEST + i)}
                  shape={[1, rows, columns, colours]}
                  side={64}
                />
                <span>{printReal(realOf(props.layer, values[i] ?? 0))}</span>
                <OpenExample exhibit={props.exhibit} live={props.live} index={index} />
              </li>
            ),
          )}
        </ol>
      </div>
      <NowMap {...props} />
    </section>
  );
}

function NowMap({ layer, live, channel }: OfLayer & { channel: number }) {
  const values = live.activations.value.get(layer.name);
  if (!values) return null;
  const { volume, tensor } = layer;
  const zero = tensor.zero ?? 0;
  const range = rangeOf(values, zero, volume, channel);
  const most = largestOf(values, volume.channels)[channel] ?? { value: 0, index: 0 };
  const at: Place = [
    Math.floor(most.index / volume.columns),
    most.index % volume.columns,
  ];
  const print = (held: number) => printReal(realOf(layer, held));
  return (
    <div>
      <h3>Its map of the shown image</h3>
      <HeatMap
        name={`Map of channel ${channel + 1}; its largest value is marked`}
        values={values}
        shape={tensor.shape}
        zero={zero}
        channel={channel}
        range={range}
        at={at}
        side={150}
        print={print}
      />
      <p>
        <Legend range={range} print={print} />
      </p>
      <p aria-live="polite">
        At most {print(most.value)}, in row {at[0] + 1}, column {at[1] + 1}.
      </p>
    </div>
  );
}
