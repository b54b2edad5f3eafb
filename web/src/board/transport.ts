/** What carries bytes to a board and back. */
export interface Transport {
  /** What to call it in messages. */
  readonly name: string;
  /** How long a board behind it may take for one answer, in milliseconds. */
  readonly patience: number;
  /** What to do about a board that does not answer. */
  readonly remedy: string;
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** What arrived next; empty if nothing has for a while. Rejects once it is gone. */
  read(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A board that is gone: the message says why, in one line. */
export class LostError extends Error {}
