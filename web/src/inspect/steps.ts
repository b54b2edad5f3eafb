/** From a sum to the byte, in steps: what happens, in whole and in real numbers. */
import type {
  Breakdown,
  Pooled,
  Reduced,
  Resized,
  WeightedSum,
} from "../arithmetic/breakdown";
import { WHOLE } from "../arithmetic/resized";
import { listPairSteps } from "./pair_steps";
import { many, printAdded, printReal, printWhole } from "./print";
import { clamping, type Output, rescaling, type Step } from "./rescaling";
import { listShareSteps } from "./share_steps";

/** All steps of a number; none where it is only moved or unknown. */
export function listSteps(found: Breakdown, output: Output): readonly Step[] {
  switch (found.family) {
    case "weighted":
      return weighted(found, output);
    case "pooled":
      return pooled(found, output);
    case "reduced":
      return reduced(found, output);
    case "resized":
      return resized(found, output);
    case "pair":
      return listPairSteps(found, output);
    case "shares":
      return listShareSteps(found);
    case "converted":
      return converted(found, output);
    case "looked-up":
      return [
        {
          what: `entry ${found.input + 128} of the table`,
          how: "one entry for each of the 256 bytes, from −128 upwards",
          whole: printWhole(found.result),
          real: "",
        },
      ];
    default:
      return [];
  }
}

function weighted(found: WeightedSum, output: Output): readonly Step[] {
  const { terms, total, bias, inputScale, weightScale, end } = found;
  const unit = inputScale * weightScale;
  const steps: Step[] = [
    {
      what: `add ${many(terms.length, "product")}`,
      whole: printWhole(total),
      real: printReal(total * unit),
    },
  ];
  if (bias !== null) {
    steps.push({
      what: `${printAdded(bias, printWhole)} (the bias)`,
      whole: printWhole(end.sum),
      real: printReal(end.sum * unit),
    });
  }
  return [...steps, ...rescaling(end, output)];
}

function pooled(
  { way, terms, total, rounded, range, ...rest }: Pooled,
  output: Output,
) {
  const real = (value: number) => printReal((value - output.zero) * output.scale);
  const found: Step[] =
    way === "max"
      ? [
          {
            what: `the largest of ${many(terms.length, "value")}`,
            whole: printWhole(total),
            real: real(total),
          },
        ]
      : [
          {
            what: `add ${many(terms.length, "value")}`,
            whole: printWhole(total),
            real: printReal((total - terms.length * output.zero) * output.scale),
          },
          {
            what: `÷ ${terms.length}, to the nearest whole number`,
            how: `${printReal(total / terms.length)}; halves go away from zero`,
            whole: printWhole(rounded),
            real: real(total / terms.length),
          },
        ];
  return [...found, ...clamping(rounded, rest.result, range)];
}

function resized({ terms, total, result }: Resized, { scale, zero }: Output) {
  const real = (value: number) => printReal((value - zero) * scale);
  return [
    {
      what: `add ${many(terms.length, "byte")}, each times its weight`,
      how: "weights in units of 2⁻²⁰; all together they are 1",
      whole: printWhole(total),
      real: real(total / WHOLE),
    },
    {
      what: "÷ 2²⁰, to the nearest whole number",
      how: `${printReal(total / WHOLE)}; halves go away from zero`,
      whole: printWhole(result),
      real: real(result),
    },
  ];
}

function reduced(found: Reduced, output: Output) {
  const { way, terms, total, end, result, inputScale } = found;
  if (!end) {
    const isPlace = way.startsWith("place");
    const which = way.endsWith("max") ? "largest" : "smallest";
    const chosen = {
      what: `the ${which} of ${many(terms.length, "value")}`,
      whole: printWhole(total),
      real: isPlace ? "" : printReal((result - output.zero) * output.scale),
    };
    if (!isPlace) return [chosen];
    const what = "its place, counted from 0; of equal ones that of the first";
    return [chosen, { what, whole: printWhole(result), real: "" }];
  }
  if (way === "length") {
    return [
      {
        what: `add the squares of ${many(terms.length, "value")} less their zero point`,
        whole: printWhole(total),
        real: printReal(total * inputScale ** 2),
      },
      {
        what: "the value itself, less its zero point",
        whole: printWhole(end.sum),
        real: printReal(end.sum * inputScale),
      },
      ...rescaling(end, output, "÷ the root of the sum, to steps of the output"),
    ];
  }
  const first = {
    what: `add ${many(terms.length, "value")} less their zero point`,
    whole: printWhole(total),
    real: printReal(total * inputScale),
  };
  const why = way === "mean" ? `÷ ${terms.length}, to steps of the output` : undefined;
  return [first, ...rescaling(end, output, why)];
}

function converted(
  found: Extract<Breakdown, { family: "converted" }>,
  output: Output,
): readonly Step[] {
  const { way, input, scale, zeroPoint, whole, end } = found;
  if (end) {
    const what = `${printAdded(-zeroPoint, printWhole)} (its zero point)`;
    const first = { what, whole: printWhole(end.sum), real: "" };
    return [first, ...rescaling(end, output)];
  }
  if (way === "to-real") {
    return [
      {
        what: `${printAdded(-zeroPoint, printWhole)} (its zero point)`,
        whole: printWhole(whole),
        real: "",
      },
      {
        what: `× ${printReal(scale)} (its scale)`,
        whole: "",
        real: printReal(found.result),
      },
    ];
  }
  return [
    {
      what: `÷ ${printReal(scale)} (the scale), to the nearest whole number`,
      whole: printWhole(whole),
      real: printReal(input / scale),
    },
    {
      what: `${printAdded(zeroPoint, printWhole)} (the zero point)`,
      whole: printWhole(whole + zeroPoint),
      real: "",
    },
    ...clamping(whole + zeroPoint, found.result, [-128, 127]),
  ];
}
