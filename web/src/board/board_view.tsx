import "./board_view.css";
import { useState } from "preact/hooks";
import type { Subject } from "../views";
import { AllExamples } from "./all_examples";
import { Connection, isSame } from "./connection";
import { OneInput } from "./one_input";
import { session } from "./session";

/** The same inputs in the browser and on a board, bytes and times beside each other. */
export function BoardView({ page: { exhibit, served }, live }: Subject) {
  const [isBusy, setBusy] = useState(false);
  if (!exhibit || !live) return null;
  const now = session.value;
  const board =
    now.kind === "open" && isSame(now.board.info, exhibit.model) ? now.board : null;
  const busy = { isBusy, onBusy: setBusy };
  return (
    <div class="board-view">
      <h2>The board in the page</h2>
      <p class="note">
        This page runs the C that a board runs. Here both are given the same bytes, and
        what they answer is compared.
      </p>
      <Connection model={exhibit.model} hasSimulated={served?.board ?? false} />
      {board ? (
        <OneInput exhibit={exhibit} live={live} board={board} {...busy} />
      ) : null}
      {board ? <AllExamples exhibit={exhibit} board={board} {...busy} /> : null}
    </div>
  );
}
