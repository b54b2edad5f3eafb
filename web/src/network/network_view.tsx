import "./network_view.css";
import { InputPanel } from "../input/input_panel";
import { Inspector } from "../inspect/inspector";
import type { Exhibit } from "../page/page";
import type { Live } from "../state/live";
import { tensor } from "../state/selection";
import type { Subject } from "../views";
import { NetworkPicture } from "./network_picture";
import { select } from "./pointing";

/** What each part of the view is given. */
export interface Shown {
  readonly exhibit: Exhibit;
  readonly live: Live;
}

/** The network, layer by layer, alive: what it is shown, its maps, one number apart. */
export function NetworkView({ page: { exhibit }, live }: Subject) {
  if (!exhibit || !live) return null;
  const shown = { exhibit, live };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape works wherever one is
    <div
      class="network-view"
      onKeyDown={(event) => {
        if (event.key === "Escape") select(null);
      }}
    >
      <div class="shown-input">
        <InputPanel {...shown} />
      </div>
      <NetworkPicture {...shown} />
      {tensor.value ? (
        <div class="one-number">
          <Inspector {...shown} />
        </div>
      ) : null}
    </div>
  );
}
