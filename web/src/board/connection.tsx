import type { ModelDocument } from "../page/document";
import { openBridge } from "./bridge";
import type { BoardInfo } from "./hello";
import { hasSerial, openSerial } from "./serial";
import { connect, disconnect, session } from "./session";

interface Props {
  readonly model: ModelDocument;
  /** Whether the server that the page is from starts a simulated board. */
  readonly hasSimulated: boolean;
}

/** To which board the page speaks, and whether it runs the page's model. */
export function Connection({ model, hasSimulated }: Props) {
  const now = session.value;
  return (
    <section class="card" aria-label="Connection">
      <p class="note" role="status" id="board-state">
        {describe(hasSimulated)}
      </p>
      <div class="buttons">
        {now.kind === "open" ? (
          <button type="button" onClick={() => void disconnect()}>
            Disconnect
          </button>
        ) : (
          <Offers hasSimulated={hasSimulated} isOpening={now.kind === "opening"} />
        )}
      </div>
      {now.kind === "open" ? <Identity info={now.board.info} model={model} /> : null}
    </section>
  );
}

function Offers({
  hasSimulated,
  isOpening,
}: {
  hasSimulated: boolean;
  isOpening: boolean;
}) {
  return (
    <>
      {hasSerial() ? (
        <button
          type="button"
          disabled={isOpening}
          onClick={() => void connect("board", openSerial)}
        >
          Connect a board…
        </button>
      ) : null}
      {hasSimulated ? (
        <button
          type="button"
          disabled={isOpening}
          onClick={() => void connect("simulated board", () => openBridge())}
        >
          Start the simulated board
        </button>
      ) : null}
    </>
  );
}

function describe(hasSimulated: boolean): string {
  const now = session.value;
  if (now.kind === "opening") return `Waiting for the ${now.name} …`;
  if (now.kind === "open") return `Connected to the ${now.name}.`;
  if (now.kind === "failed") return `${capitalize(now.reason)}.`;
  if (hasSerial()) {
    return "A board that carries this model, flashed by tinycnn flash, runs the same inputs as this page.";
  }
  if (hasSimulated) {
    return "This browser has no serial ports (Chrome and Edge have them); the simulated board needs none.";
  }
  return "This browser lets no page use a serial port: open it in Chrome or Edge, or start tinycnn explain --serve for a simulated board.";
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a board runs the model that the page is of. */
export function isSame(info: BoardInfo, model: ModelDocument): boolean {
  return info.sha256 === model.sha256;
}

function Identity({ info, model }: { info: BoardInfo; model: ModelDocument }) {
  const isOurs = isSame(info, model);
  const clock = info.clockHz ? `${(info.clockHz / 1e6).toFixed(0)} MHz` : "unknown";
  const id = /^0*$/.test(info.id) ? "unknown" : info.id;
  return (
    <>
      <p class={isOurs ? "good strong" : "bad strong"} id="board-model">
        {isOurs
          ? `✓ It runs this very model, ${info.sha256.slice(0, 12)}`
          : `✗ It runs another model, ${info.sha256.slice(0, 12)}, not ${model.sha256.slice(0, 12)}: tinycnn flash`}
      </p>
      <dl class="facts">
        <Fact name="Board" value={info.board} />
        <Fact name="Number" value={id} />
        <Fact name="Clock" value={clock} />
        <Fact name="Model" value={info.model} />
        <Fact name="Code" value={info.generator} />
        <Fact
          name="Working memory"
          value={`${info.arenaBytes.toLocaleString("en")} bytes`}
        />
      </dl>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
