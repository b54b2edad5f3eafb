import "./channels.css";
import { useEffect, useState } from "preact/hooks";
import { readNetwork } from "../../network/graph";
import { longTitleOf } from "../../network/words";
import { channel, position, tensor } from "../../state/selection";
import { type Patches, type Pictures, readPatches } from "../learned";
import type { Told } from "../parts";
import { ShownImage } from "../shown_image";
import { BestPatches } from "./best_patches";
import { Film } from "./film";
import { Filters } from "./filters";
import { OneChannel } from "./one_channel";

/** The first layer's filters, and of any layer what excites its channels most. */
export function Channels(told: Told) {
  const { learned } = told;
  const cut = usePatches(learned.patches);
  return (
    <>
      {learned.filters ? <Filters {...told} filters={learned.filters} /> : null}
      <Film {...told} />
      <h2>What excites each channel most</h2>
      {learned.patches && Object.keys(learned.patches).length ? (
        cut && <Layers {...told} patches={learned.patches} cut={cut} />
      ) : (
        <p class="note">
          There are no pictures to look through: the patches that excite a channel are
          cut from a project's test images, or from those that{" "}
          <code>tinycnn explain --inputs</code> is given.
        </p>
      )}
    </>
  );
}

type Cut = ReadonlyMap<string, Pictures>;

function usePatches(patches: Told["learned"]["patches"]): Cut | null {
  const [cut, setCut] = useState<Cut | null>(null);
  useEffect(() => {
    if (patches) readPatches(patches).then(setCut);
  }, [patches]);
  return cut;
}

interface Props extends Told {
  readonly patches: Readonly<Record<string, Patches>>;
  readonly cut: Cut;
}

function Layers({ patches, cut, ...told }: Props) {
  const { learned, exhibit, live } = told;
  const network = readNetwork(exhibit.model);
  const names = Object.keys(patches).filter((name) => network.has(name));
  const current = names.includes(tensor.value) ? tensor.value : (names[0] ?? "");
  const [layer, found, pictures] = [
    network.get(current),
    patches[current],
    cut.get(current),
  ];
  if (!layer || !found || !pictures) return null;
  const chosen = Math.min(channel.value, found.channels - 1);
  const choose = (name: string, at: number) => {
    tensor.value = name;
    channel.value = at;
    position.value = null;
  };
  const shown = { ...told, layer, patches: found, pictures };
  return (
    <>
      <p class="note">
        Of each channel the nine patches, out of {learned.images} images, at which its
        value is largest, each from another image, as large as what the value can see.
        The bar is the channel's largest value for the image that is shown now, beside
        its best one.
      </p>
      <ShownImage exhibit={exhibit} live={live} />
      <div class="row">
        <label>
          Layer{" "}
          <select
            value={current}
            onChange={(event) => choose(event.currentTarget.value, 0)}
          >
            {names.map((name, i) => {
              const one = network.get(name);
              return one ? (
                <option key={name} value={name}>
                  {i + 1}. {longTitleOf(one)}, {one.volume.channels} channels
                </option>
              ) : null;
            })}
          </select>
        </label>
        <small>{describeSize(found)}</small>
      </div>
      <OneChannel {...shown} channel={chosen} />
      <BestPatches {...shown} chosen={chosen} choose={(at) => choose(current, at)} />
      {found.channels < layer.volume.channels ? (
        <p class="note">
          The first {found.channels} of {layer.volume.channels} channels; the page has
          no room for more.
        </p>
      ) : null}
    </>
  );
}

function describeSize({ of, side }: Patches): string {
  const size = `Each value sees ${of.join(" × ")} pixels`;
  const isSmaller = side[0] < of[0] || side[1] < of[1];
  return isSmaller ? `${size}, shown smaller.` : `${size}.`;
}
