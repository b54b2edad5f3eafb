/**
 * Takes every number of inferences apart and compares it with what a reference gave,
 * for tests/explorer/test_arithmetic.py: how many were right, the first that were not,
 * and what was not taken apart.
 */
import type {
  Breakdown,
  Pair,
  Reduced,
  Rescaled,
  Term,
  WeightedSum,
} from "../../src/arithmetic/breakdown";
import { finish, type Run } from "../../src/arithmetic/element";
import { sumOneChannel } from "../../src/arithmetic/partial";
import { takeApart } from "../../src/arithmetic/take_apart";
import type { Values } from "../../src/engine/engine";
import type { ModelDocument } from "../../src/page/document";

interface Numbers {
  readonly type: string;
  readonly values: readonly number[];
}

/** One number as Python takes it apart. */
interface Vector {
  readonly tensor: string;
  readonly index: number;
  readonly terms: readonly (readonly number[])[];
  readonly stages: readonly number[];
}

interface Subject {
  readonly name: string;
  readonly model: ModelDocument;
  readonly arrays: Readonly<Record<string, Numbers>>;
  readonly tensors: Readonly<Record<string, Numbers>>;
  readonly vectors: readonly Vector[];
}

const TYPES: Readonly<Record<string, (values: readonly number[]) => Values>> = {
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  int16: (values) => Int16Array.from(values),
  int32: (values) => Int32Array.from(values),
  int64: (values) => Float64Array.from(values),
  float32: (values) => Float32Array.from(values),
};

function unpack({ type, values }: Numbers): Values {
  const make = TYPES[type];
  if (!make) throw new TypeError(`no numbers of type ${type}`);
  return make(values);
}

function open({ model, arrays, tensors }: Subject): Run {
  const constants = new Map(Object.entries(arrays).map(([n, v]) => [n, unpack(v)]));
  return {
    model,
    array: (name) => {
      const found = constants.get(name);
      if (!found) throw new RangeError(`no array '${name}'`);
      return found;
    },
    activations: new Map(Object.entries(tensors).map(([n, v]) => [n, unpack(v)])),
  };
}

/** The whole numbers of its terms, as Python lists them. */
function termsOf(found: Breakdown): readonly (readonly number[])[] {
  switch (found.family) {
    case "weighted":
      return inOrder(found).map((t) => [t.input, t.centred, t.weight ?? 0, t.product]);
    case "pooled":
      return found.terms.map((t: Term) => [t.input]);
    case "reduced":
      return found.terms.map((t) =>
        found.way === "length" ? [t.input, t.centred, t.product] : [t.input, t.centred],
      );
    case "pair":
      return [found.first, found.second].map(({ input, centred, multiplier, term }) =>
        multiplier ? [input, centred, term] : [input, centred],
      );
    case "shares":
      return found.shares.map((s) => [s.input, s.below, s.part]);
    case "looked-up":
      return [[found.input]];
    case "converted":
      return found.end ? [[found.input, found.end.sum]] : [];
    default:
      return [];
  }
}

/** As Python has them: of a transposed convolution by their place in the input. */
function inOrder({ kind, terms }: WeightedSum): readonly Term[] {
  const place = (term: Term) => term.source?.index ?? 0;
  return kind === "transposed" ? [...terms].sort((a, b) => place(a) - place(b)) : terms;
}

function stagesOf(found: Breakdown): readonly number[] {
  switch (found.family) {
    case "weighted":
      return [found.total, found.end.sum, ...endOf(found.end)];
    case "pooled":
      return found.way === "max"
        ? [found.total, found.result]
        : [found.total, found.rounded, found.result];
    case "pair":
      return found.way === "squared-difference" && found.end
        ? [found.first.term - found.second.term, found.end.sum, ...endOf(found.end)]
        : endsOf(found);
    case "reduced":
      return found.way === "length" && found.end
        ? [found.total, found.end.sum, found.end.rounded, finish(found.end)]
        : endsOf(found);
    case "shares": {
      const own = found.shares[found.own]?.exponential ?? 0;
      return [found.total, own, found.rounded, found.result];
    }
    case "converted":
      return found.end
        ? endOf(found.end)
        : [found.whole, found.whole + found.zeroPoint, found.result];
    default:
      return [found.result];
  }
}

function endsOf({ end, result }: Pair | Reduced): readonly number[] {
  return end ? [end.sum, ...endOf(end)] : [result];
}

function endOf(end: Rescaled): readonly number[] {
  return [end.rounded, end.rounded + end.zeroPoint, finish(end)];
}

function check(subject: Subject, said: Said): void {
  const run = open(subject);
  for (const [tensor, values] of run.activations) {
    for (let index = 0; index < values.length; index++) {
      const found = takeApart(run, tensor, index);
      if (found.family === "unknown") {
        const kind = run.model.operators.find((op) =>
          op.outputs.includes(tensor),
        )?.kind;
        said.unknown[kind ?? "?"] = (said.unknown[kind ?? "?"] ?? 0) + 1;
      } else if (Object.is(found.result, values[index])) {
        said.families[found.family] = (said.families[found.family] ?? 0) + 1;
      } else {
        const got = `${found.family} ${found.result}`;
        said.wrong.push(
          `${subject.name} ${tensor}[${index}]: ${got}, ${values[index]}`,
        );
      }
    }
  }
  for (const { tensor, index, terms, stages } of subject.vectors) {
    const found = takeApart(run, tensor, index);
    if (found.family === "weighted") checkChannels(run, tensor, index, found, said);
    const got = JSON.stringify([termsOf(found), stagesOf(found)]);
    if (got === JSON.stringify([terms, stages])) said.vectors++;
    else
      said.wrong.push(
        `${subject.name} ${tensor}[${index}] ${found.family}: ${got} not ${JSON.stringify([terms, stages])}`,
      );
  }
}

/** What each channel adds there is the whole sum; of one that is all padding nothing. */
function checkChannels(
  run: Run,
  tensor: string,
  index: number,
  found: WeightedSum,
  said: Said,
): void {
  const call = run.model.calls.find((one) => one.outputs.includes(tensor));
  const input = run.activations.get(found.input);
  if (found.kind !== "convolution" || !call || !input) return;
  const channels = run.model.tensors[tensor]?.shape.at(-1) ?? 1;
  const size = (run.activations.get(tensor)?.length ?? 0) / channels;
  let sum = 0;
  for (let channel = 0; channel < found.window.channels; channel++) {
    const sums = sumOneChannel(call, found, input, channel);
    if (sums && sums.length !== size) said.wrong.push(`${tensor}: ${sums.length} sums`);
    sum += sums?.[Math.floor(index / channels)] ?? 0;
  }
  if (sum !== found.total) {
    said.wrong.push(`${tensor}[${index}]: channels add ${sum}, all ${found.total}`);
  }
}

interface Said {
  readonly families: Record<string, number>;
  readonly unknown: Record<string, number>;
  readonly wrong: string[];
  vectors: number;
}

export function main(subjects: readonly Subject[]): Said {
  const said: Said = { families: {}, unknown: {}, wrong: [], vectors: 0 };
  for (const subject of subjects) check(subject, said);
  said.wrong.splice(20);
  return said;
}
