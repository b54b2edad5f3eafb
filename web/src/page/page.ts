import { Engine } from "../engine/engine";
import { type PreprocessFacts, Preprocessor } from "../input/preprocessor";
import { hasBlob, readBytes, readJson, readJsonIfThere } from "./blobs";
import type {
  ExamplesDocument,
  ModelDocument,
  PageFacts,
  ServedFacts,
} from "./document";

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
  /** Makes its input of pictures; null if it takes none. */
  readonly preprocessor: Preprocessor | null;
}

/** All that the page is about. */
export interface Page {
  readonly facts: PageFacts;
  /** null on a page without a model (tinycnn explain --zoo). */
  readonly exhibit: Exhibit | null;
  /** What the server has for it; null of a page from the disk. */
  readonly served: ServedFacts | null;
}

/** Unpacks what the page carries. Throws if it is damaged or WebAssembly is missing. */
export async function openPage(): Promise<Page> {
  const facts = await readJson<PageFacts>("facts");
  const served = await readJsonIfThere<ServedFacts>("served");
  return { facts, served, exhibit: hasBlob("model") ? await openExhibit() : null };
}

async function openExhibit(): Promise<Exhibit> {
  const model = await readJson<ModelDocument>("model");
  const engine = await Engine.open(model, (variant) => readBytes(`module-${variant}`));
  const [examples, preprocessor] = await Promise.all([
    openExamples(model),
    openPreprocessor(),
  ]);
  return { model, engine, examples, preprocessor };
}

async function openPreprocessor(): Promise<Preprocessor | null> {
  const facts = await readJsonIfThere<PreprocessFacts>("preprocess");
  return facts && Preprocessor.open(facts, await readBytes("preprocess-module"));
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
