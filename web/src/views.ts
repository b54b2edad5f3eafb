/** The page's views: a folder each, listed here and nowhere else. */
import type { ComponentType } from "preact";
import { NetworkView } from "./network/network_view";
import type { Page } from "./page/page";
import type { Live } from "./state/live";

/** What every view is given. */
export interface Subject {
  readonly page: Page;
  /** null on a page without a model. */
  readonly live: Live | null;
}

export interface View {
  /** In the address. */
  readonly id: string;
  readonly title: string;
  readonly Body: ComponentType<Subject>;
  readonly isFor: (page: Page) => boolean;
}

export const VIEWS: readonly View[] = [
  {
    id: "network",
    title: "Network",
    Body: NetworkView,
    isFor: (page) => page.exhibit !== null,
  },
];
