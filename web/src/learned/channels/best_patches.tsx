import { paintPicture } from "../../drawing/paint";
import { volumeOf } from "../../drawing/volume";
import type { Layer } from "../../network/graph";
import { realOf } from "../../network/values";
import { printReal } from "../../network/words";
import { BEST, type Patches, type Pictures } from "../learned";
import { Montage } from "../montage";
import type { Told } from "../parts";
import { largestOf } from "./largest";

const SIDE = 26;

export interface OfLayer extends Told {
  readonly layer: Layer;
  readonly patches: Patches;
  readonly pictures: Pictures;
}

interface Props extends OfLayer {
  readonly chosen: number;
  readonly choose: (channel: number) => void;
}

/** A card a channel: its nine best patches, and how much the shown image excites it. */
export function BestPatches(props: Props) {
  const { layer, patches, live, chosen, choose } = props;
  const most = largestOf(live.activations.value.get(layer.name), layer.volume.channels);
  return (
    <ol class="channels">
      {Array.from({ length: patches.channels }, (_, channel) => (
        <li key={channel}>
          <button
            type="button"
            aria-pressed={channel === chosen}
            onClick={() => choose(channel)}
          >
            <PatchGrid {...props} channel={channel} />
            <Level {...props} channel={channel} held={most[channel]?.value ?? 0} />
          </button>
        </li>
      ))}
    </ol>
  );
}

type OfChannel = OfLayer & { channel: number };

/** The nine patches; a missing one stays empty. */
export function PatchGrid({ patches, pictures, channel }: OfChannel) {
  const [rows, columns, colours] = pictures.shape;
  const volume = volumeOf([1, rows, columns, colours]);
  return (
    <Montage
      name={`The patches that excite channel ${channel + 1} most`}
      count={BEST}
      columns={3}
      side={[rows, columns]}
      zoom={Math.max(1, Math.round(SIDE / Math.max(rows, columns)))}
      paint={(to, spot, i) => {
        if ((patches.places[channel]?.[i]?.[0] ?? -1) < 0) return;
        paintPicture(to, spot, pictures.at(channel * BEST + i), volume);
      }}
    />
  );
}

function Level({ layer, patches, channel, held }: OfChannel & { held: number }) {
  const best = realOf(layer, patches.values[channel]?.[0] ?? 0);
  const now = realOf(layer, held);
  const share = best > 0 ? Math.max(0, Math.min(1, now / best)) : 0;
  return (
    <span class="level">
      <span class="hidden">Channel </span>
      <span class="strong">{channel + 1}</span>
      <span class="track">
        <span class="fill" style={{ width: `${share * 100}%` }} />
      </span>
      <span class="hidden">: at most {printReal(best)}, for the shown image </span>
      <span>{printReal(now)}</span>
    </span>
  );
}
