/** Runs the network on covered pictures, beside the page: it has an engine of its own. */
import { volumeOf } from "../../drawing/volume";
import { Engine } from "../../engine/engine";
import type { ModelDocument } from "../../page/document";
import { asPicture, type Failed, type Found, type Stop, type Wanted } from "./messages";
import { cover, Drops, listPatches } from "./occlusion";

const OFTEN = 60; // milliseconds between two reports

const engines = new Map<string, Promise<Engine>>();
let latest = 0;

self.onmessage = async ({ data }: MessageEvent<Wanted | Stop>) => {
  latest = data.ticket;
  if ("stop" in data) return;
  try {
    await search(data, await openOnce(data.model, data.code));
  } catch (error) {
    engines.clear(); // another try opens it anew
    report({ ticket: data.ticket, error: String(error) });
  }
};

function openOnce(model: ModelDocument, code: Uint8Array<ArrayBuffer>) {
  const known = engines.get(model.sha256);
  if (known) return known;
  const opened = Engine.open(model, async () => code);
  engines.set(model.sha256, opened);
  return opened;
}

/** Stops when something newer is wanted. */
async function search(
  { ticket, model, input, target }: Wanted,
  engine: Engine,
): Promise<void> {
  const volume = volumeOf(model.tensors[model.inputs[0] ?? ""]?.shape ?? []);
  const score = (bytes: Uint8Array) =>
    engine.one(bytes, target.tensor)[target.channel] ?? 0;
  const [drops, patches, whole] = [
    new Drops(volume),
    listPatches(volume),
    score(input),
  ];
  const picture = asPicture(model, input);
  let told = performance.now();
  for (const [done, patch] of patches.entries()) {
    const bytes = input.slice();
    const covered = cover(picture, volume, patch);
    bytes.set(new Uint8Array(covered.buffer, covered.byteOffset, covered.byteLength));
    drops.add(patch, whole - score(bytes));
    if (performance.now() - told < OFTEN) continue;
    report({ ticket, drops: drops.tell(), done: done + 1, total: patches.length });
    await new Promise((resolve) => setTimeout(resolve)); // lets a newer wish come in
    if (ticket !== latest) return;
    told = performance.now();
  }
  report({ ticket, drops: drops.tell(), done: patches.length, total: patches.length });
}

function report(found: Found | Failed): void {
  self.postMessage(found);
}
