/**
 * What Python put into the page: each piece is gzip as base64 in a script element that
 * does not run, found by its id.
 */
export function hasBlob(id: string): boolean {
  return find(id) !== null;
}

/** The bytes of a piece. Throws if it is not there. */
export async function readBytes(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const element = find(id);
  if (!element) throw new Error(`the page has no '${id}'`);
  const packed = Uint8Array.from(atob(element.textContent ?? ""), (c) =>
    c.charCodeAt(0),
  );
  const plain = new Blob([packed])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** A piece that is JSON. Throws if it is not there. */
export async function readJson<T>(id: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await readBytes(id))) as T;
}

/** A piece that may not be there. */
export async function readJsonIfThere<T>(id: string): Promise<T | null> {
  return hasBlob(id) ? readJson<T>(id) : null;
}

function find(id: string): Element | null {
  return document.querySelector(`script[type="text/plain"]#${id}`);
}
