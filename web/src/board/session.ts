/** The board that is connected, if one is: all of the page shares it. */
import { signal } from "@preact/signals";
import { Board } from "./board";
import type { Transport } from "./transport";

export type Session =
  | { readonly kind: "none" }
  | { readonly kind: "opening"; readonly name: string }
  | { readonly kind: "open"; readonly name: string; readonly board: Board }
  | { readonly kind: "failed"; readonly reason: string };

export const session = signal<Session>({ kind: "none" });

/** Opens a board; null from `open` if nobody chose one. */
export async function connect(
  name: string,
  open: () => Promise<Transport | null>,
): Promise<void> {
  await disconnect();
  session.value = { kind: "opening", name };
  try {
    const transport = await open();
    session.value = transport ? await greet(name, transport) : { kind: "none" };
  } catch (error) {
    fail(error);
  }
}

async function greet(name: string, transport: Transport): Promise<Session> {
  const board = await Board.open(transport);
  void board.gone.then((reason) => {
    const now = session.value;
    if (now.kind === "open" && now.board === board) fail(reason);
  });
  return { kind: "open", name, board };
}

/** Lets the board go. */
export async function disconnect(): Promise<void> {
  const before = session.value;
  session.value = { kind: "none" };
  if (before.kind === "open") await before.board.close();
}

/** A board that failed is let go; why is kept, in one line. */
export function fail(error: unknown): void {
  const before = session.value;
  const reason = error instanceof Error ? error.message : String(error);
  session.value = { kind: "failed", reason };
  if (before.kind === "open") void before.board.close();
}
