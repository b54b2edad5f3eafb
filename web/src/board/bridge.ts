/** The simulated board of `tinycnn explain --serve`: tinycnn/explorer/serve.py. */
import { LostError, type Transport } from "./transport";

const SIMULATED_PATIENCE = 120_000;

/** Starts the board. Rejects with the server's own line if it does not start. */
export async function openBridge(fetcher: typeof fetch = fetch): Promise<Transport> {
  const ask = async (place: string, body?: Uint8Array<ArrayBuffer>) => {
    const options = body ? { method: "POST", body } : {};
    const reply = await fetcher(`board/${place}`, options).catch(() => {
      throw new LostError("the server has ended: start tinycnn explain --serve again");
    });
    const said = new Uint8Array(await reply.arrayBuffer());
    if (reply.ok) return said;
    throw new LostError(new TextDecoder().decode(said));
  };
  const number = new TextDecoder().decode(await ask("open", new Uint8Array()));
  return {
    name: "simulated board",
    patience: SIMULATED_PATIENCE,
    remedy: "start it again",
    write: async (bytes) => {
      await ask(number, bytes);
    },
    read: () => ask(number),
    close: async () => {
      await ask("close", new Uint8Array()).catch(() => undefined);
    },
  };
}
