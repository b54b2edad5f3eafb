/** A board on a serial port that the browser leads to: Chromium's Web Serial. */
import { LostError, type Transport } from "./transport";

/** What of Web Serial is used here. */
interface SerialPort {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: { baudRate: number; bufferSize: number }): Promise<void>;
  close(): Promise<void>;
  setSignals?(signals: {
    dataTerminalReady: boolean;
    requestToSend: boolean;
  }): Promise<void>;
  getInfo?(): { usbVendorId?: number; usbProductId?: number };
}

interface Serial {
  requestPort(): Promise<SerialPort>;
}

const BAUD = 115_200;
const BUFFER_BYTES = 65_536;
const PATIENCE = 15_000;

function serial(): Serial | undefined {
  return (globalThis.navigator as unknown as { serial?: Serial } | undefined)?.serial;
}

/** Whether the browser has serial ports for this page. */
export function hasSerial(): boolean {
  return serial() !== undefined;
}

/** Asks for a port and opens it; null if nobody chose one. */
export async function openSerial(): Promise<Transport | null> {
  const port = await choosePort();
  if (!port) return null;
  try {
    await port.open({ baudRate: BAUD, bufferSize: BUFFER_BYTES });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new LostError(
      `the port cannot be opened, perhaps another program has it: ${text}`,
    );
  }
  // A USB board talks only to who raises DTR.
  const signals = { dataTerminalReady: true, requestToSend: true };
  await port.setSignals?.(signals).catch(() => undefined);
  return carry(port);
}

async function choosePort(): Promise<SerialPort | null> {
  try {
    return (await serial()?.requestPort()) ?? null;
  } catch (error) {
    if (error instanceof Error && error.name === "NotFoundError") return null;
    throw error;
  }
}

function carry(port: SerialPort): Transport {
  const reader = port.readable?.getReader();
  const writer = port.writable?.getWriter();
  if (!reader || !writer) throw new LostError("the port cannot be read and written");
  const gone = () =>
    new LostError("the board is gone: check its cable, then connect again");
  return {
    name: "board",
    patience: PATIENCE,
    remedy: "press its reset, or flash it with tinycnn flash",
    write: (bytes) =>
      writer.write(bytes).catch(() => {
        throw gone();
      }),
    read: async () => {
      const { value, done } = await reader.read().catch(() => {
        throw gone();
      });
      if (done) throw gone();
      return value;
    },
    close: async () => {
      await reader.cancel().catch(() => undefined);
      reader.releaseLock();
      await writer.close().catch(() => undefined);
      await port.close().catch(() => undefined);
    },
  };
}
