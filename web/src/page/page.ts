import { Engine } from "../engine/engine";
import { hasBlob, readBytes, readJson, readJsonIfThere } from "./blobs";
import type { ExamplesDocument, ModelDocument, PageFacts } from "./document";

/** Examples with their bytes, as the model takes and gives them. */
export interface Examples extends ExamplesDocument {
  /** All inputs of one, end to end. */
  input(index: number): Uint8Array;
  /** What the reference gives for it: all outputs end to end. */
  expected(index: number): Uint8Array;
}

/** A model that runs in the page, with what it can be shown of. */
export interface Exhibit {
  readonly model: ModelDocument;
  readonly engine: Engine;
  readonly examples: Examples;
}

/** All that the page is about. */
export interface Page {
  readonly facts: PageFacts;
  /** null on a page without a model (tinycnn explain --zoo). */
  readonly exhibit: Exhibit | null;
}

/** Unpacks what the page carries. Throws if it is damaged or WebAssembly is missing. */
export async function openPage(): Promise<Page> {
  const facts = await readJson<PageFacts>("facts");
  return { facts, exhibit: hasBlob("model") ? await openExhibit() : null };
}

async function openExhibit(): Promise<Exhibit> {
  const model = await readJson<ModelDocument>("model");
  const engine = await Engine.open(model, (variant) => readBytes(`module-${variant}`));
  return { model, engine, examples: await openExamples(model) };
}

async function openExamples(model: ModelDocument): Promise<Examples> {
  const said = await readJsonIfThere<ExamplesDocument>("examples");
  if (!said) throw new Error("the page has a model without examples");
  const [inputs, outputs] = await Promise.all([
    readBytes("example-inputs"),
    readBytes("example-outputs"),
  ]);
  const inputBytes = sizeOf(model, model.inputs);
  const outputBytes = sizeOf(model, model.outputs);
  return {
    ...said,
    input: (i) => inputs.subarray(i * inputBytes, (i + 1) * inputBytes),
    expected: (i) => outputs.subarray(i * outputBytes, (i + 1) * outputBytes),
  };
}

function sizeOf(model: ModelDocument, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (model.tensors[name]?.bytes ?? 0), 0);
}
