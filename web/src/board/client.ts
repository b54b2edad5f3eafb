/**
 * The host's half of the link: ask, wait, ask again, until a reply or the end of
 * patience. Asking again is safe: a board runs a sequence number once only.
 */
import {
  type Bytes,
  ErrorCode,
  encodePacket,
  Kind,
  type Packet,
  PacketDecoder,
  REPLY,
  VERSION,
} from "./packets";
import { LostError, type Transport } from "./transport";

/** The board was reset, and knows the session no more. */
export class ResetError extends Error {}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 8_000;
const HELLO_EVERY = 500;
const HELLO_PATIENCE = 5_000;

interface Waiting {
  readonly kind: number;
  readonly sequence: number;
  resolve(payload: Uint8Array): void;
  reject(error: Error): void;
  sendAgain(): void;
}

export class Client {
  private readonly decoder = new PacketDecoder();
  private session = 0;
  private sequence = 0;
  private waiting: Waiting | null = null;
  private lost: Error | null = null;
  private tellGone: (error: Error) => void = () => undefined;
  /** Resolves, with why, when the board is gone, whether it is asked or not. */
  readonly gone = new Promise<Error>((resolve) => {
    this.tellGone = resolve;
  });

  constructor(private readonly transport: Transport) {
    void this.listen();
  }

  /** Starts a session; the greeting's payload. */
  hello(): Promise<Uint8Array> {
    this.session = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    this.sequence = 0;
    const patience = Math.max(HELLO_PATIENCE, this.transport.patience / 3);
    return this.ask(Kind.hello, new Uint8Array(), patience);
  }

  /** The payload of the reply. One request at a time. */
  exchange(kind: number, payload: Uint8Array): Promise<Uint8Array> {
    return this.ask(kind, payload, this.transport.patience);
  }

  /** Lets the board go. */
  async close(): Promise<void> {
    this.fail(new LostError("disconnected"));
    await this.transport.close();
  }

  private ask(
    kind: number,
    payload: Uint8Array,
    patience: number,
  ): Promise<Uint8Array> {
    if (this.lost) return Promise.reject(this.lost);
    if (this.waiting) return Promise.reject(new Error("the board is busy"));
    const sequence = this.sequence++;
    const { session } = this;
    const sent = encodePacket({ version: VERSION, kind, session, sequence, payload });
    return new Promise((resolve, reject) => {
      const timers = this.repeat(kind, sent, patience);
      const end = () => {
        timers.stop();
        this.waiting = null;
      };
      this.waiting = {
        kind,
        sequence,
        resolve: (reply) => {
          end();
          resolve(reply);
        },
        reject: (error) => {
          end();
          reject(error);
        },
        sendAgain: () => this.send(withZero(sent)),
      };
      // What the board has half received ends with a zero.
      this.send(kind === Kind.hello ? withZero(sent) : sent);
    });
  }

  /** Sends again and again, ever more slowly, and gives up at last. */
  private repeat(kind: number, sent: Bytes, patience: number) {
    let wait = kind === Kind.hello ? HELLO_EVERY : FIRST_WAIT;
    const again = () => {
      this.send(withZero(sent));
      if (kind !== Kind.hello) wait = Math.min(2 * wait, LONGEST_WAIT);
      timer = setTimeout(again, wait);
    };
    let timer = setTimeout(again, wait);
    const { name, remedy } = this.transport;
    const text = `the ${name} does not answer: ${remedy}`;
    const end = setTimeout(() => this.waiting?.reject(new Error(text)), patience);
    return {
      stop: () => {
        clearTimeout(timer);
        clearTimeout(end);
      },
    };
  }

  private send(bytes: Bytes): void {
    this.transport.write(bytes).catch((error: Error) => this.fail(error));
  }

  private async listen(): Promise<void> {
    while (!this.lost) {
      try {
        const bytes = await this.transport.read();
        for (const packet of this.decoder.feed(bytes)) this.match(packet);
      } catch (error) {
        this.fail(error as Error);
      }
    }
  }

  private fail(error: Error): void {
    this.lost ??= error;
    this.tellGone(this.lost);
    this.waiting?.reject(error);
  }

  private match(packet: Packet): void {
    const { waiting } = this;
    if (!waiting) return;
    const isBroken =
      packet.kind === Kind.error && packet.payload[0] === ErrorCode.badPacket;
    if (isBroken) {
      waiting.sendAgain();
      return;
    }
    if (packet.session !== this.session || packet.sequence !== waiting.sequence) return;
    if (packet.version !== VERSION) {
      waiting.reject(
        new Error(
          `the board speaks version ${packet.version} of the protocol, not ${VERSION}: flash it again`,
        ),
      );
    } else if (packet.kind === (waiting.kind | REPLY)) waiting.resolve(packet.payload);
    else if (packet.kind === Kind.error) waiting.reject(refusal(packet.payload));
  }
}

function refusal(payload: Uint8Array): Error {
  const code = payload[0] ?? 0;
  if (code === ErrorCode.session) return new ResetError("the board was reset");
  const text = new TextDecoder("ascii").decode(payload.subarray(1));
  return new Error(`the board refuses: error ${code} (${text}); flash it again`);
}

function withZero(bytes: Bytes): Bytes {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes, 1);
  return longer;
}
