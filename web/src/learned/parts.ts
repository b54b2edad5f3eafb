/** The parts of this view, a link to each. */
import type { ComponentType } from "preact";
import type { Exhibit } from "../page/page";
import type { Live } from "../state/live";
import { Attention } from "./attention/attention";
import { Bits } from "./bits/bits";
import { Channels } from "./channels/channels";
import { Dreams } from "./dreams/dreams";
import type { Learned } from "./learned";
import { Sorting } from "./sorting/sorting";

/** What each part is given. */
export interface Told {
  readonly learned: Learned;
  readonly exhibit: Exhibit;
  readonly live: Live;
}

export interface Part {
  /** In the address. */
  readonly id: string;
  readonly title: string;
  readonly Body: ComponentType<Told>;
}

export const PARTS: readonly Part[] = [
  { id: "channels", title: "What channels look for", Body: Channels },
  { id: "dreams", title: "What excites it", Body: Dreams },
  { id: "sorting", title: "How it sorts images", Body: Sorting },
  { id: "attention", title: "Where it looks", Body: Attention },
  { id: "bits", title: "Float and eight bits", Body: Bits },
];
