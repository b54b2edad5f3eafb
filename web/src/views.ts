/** The page's views: a folder each, listed here and nowhere else. */
import type { ComponentType } from "preact";
import { BoardView } from "./board/board_view";
import { CourseView } from "./course/course_view";
import { LabView } from "./lab/lab_view";
import { LearnedView } from "./learned/learned_view";
import { NetworkView } from "./network/network_view";
import { hasBlob } from "./page/blobs";
import type { Page } from "./page/page";
import type { Live } from "./state/live";
import { ZooView } from "./zoo/zoo_view";

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
  {
    id: "lab",
    title: "Lab",
    Body: LabView,
    isFor: () => true,
  },
  {
    id: "learned",
    title: "What it learned",
    Body: LearnedView,
    isFor: () => hasBlob("learned"),
  },
  {
    id: "board",
    title: "Board",
    Body: BoardView,
    isFor: (page) => page.exhibit !== null,
  },
  {
    id: "zoo",
    title: "Architectures",
    Body: ZooView,
    isFor: () => hasBlob("zoo"),
  },
  {
    id: "course",
    title: "Course",
    Body: CourseView,
    isFor: () => true,
  },
];
