/** For tests from Python: maps of classes, and scores, of a model's inputs. */
import { Engine } from "../../src/engine/engine";
import { mapClass } from "../../src/learned/attention/class_map";
import { scoresBehind } from "../../src/learned/target";
import type { ModelDocument } from "../../src/page/document";
import type { Exhibit } from "../../src/page/page";

interface Said {
  readonly model: ModelDocument;
  readonly module: string;
  readonly inputs: readonly (readonly number[])[];
}

export async function main({ model, module, inputs }: Said) {
  const code = Uint8Array.from(Buffer.from(module, "base64"));
  const engine = await Engine.open(model, async () => code, "mvp");
  const tensor = scoresBehind(model, model.outputs[0] ?? "");
  const exhibit = { model, engine } as unknown as Exhibit;
  return inputs.map((input) => {
    const found = engine.run(Uint8Array.from(input));
    const scores = [...(found.get(tensor) ?? [])];
    const maps = scores.map((_, channel) => {
      const target = { tensor, channel, count: scores.length };
      const map = mapClass(exhibit, found, target);
      if ("missing" in map) return map;
      return { cells: map.volume, values: [...map.values], isSplit: map.isSplit };
    });
    return { tensor, scores, zero: model.tensors[tensor]?.zero ?? 0, maps };
  });
}
