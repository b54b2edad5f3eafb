import type { Operand, Pair, PairWay, Source } from "../arithmetic/breakdown";
import { finish } from "../arithmetic/element";
import { bend } from "../arithmetic/slope";
import { clampPlace } from "../drawing/volume";
import { Curve } from "./curve";
import { locate } from "./focus";
import { InputMap, LookButton, OutputMap, Signed } from "./maps";
import { printReal, printWhole } from "./print";
import { callOf, labelOf, type Scene } from "./scene";

const SIGNS: Readonly<Partial<Record<PairWay, string>>> = {
  add: "+",
  subtract: "−",
  multiply: "×",
  larger: "or",
  smaller: "or",
  "squared-difference": "−",
};

/** Two maps that meet, place by place. */
export function PairView({ scene }: { scene: Scene<Pair> }) {
  const { first, second, way } = scene.found;
  const isSlope = way === "slope";
  const titles = isSlope
    ? ["The input", "The slope"]
    : ["The first input", "The second input"];
  return (
    <div class="flow">
      <OperandMap scene={scene} operand={first} title={titles[0] ?? ""} />
      <Signed text={SIGNS[way] ?? ""}>
        <OperandMap scene={scene} operand={second} title={titles[1] ?? ""} />
      </Signed>
      {isSlope ? <Bend scene={scene} /> : null}
      <Signed text={way === "squared-difference" ? "² =" : "="}>
        <OutputMap scene={scene} />
      </Signed>
    </div>
  );
}

/** All that the slope of this number makes of inputs. */
function Bend({ scene }: { scene: Scene<Pair> }) {
  const { found } = scene;
  const params = callOf(scene)?.params;
  if (!params) return null;
  const { first, second, result } = found;
  const zero = first.input - first.centred;
  const table = Array.from({ length: 256 }, (_, i) =>
    finish(bend(params, i - 128 - zero, second.centred)),
  );
  return (
    <Curve
      title="With this slope"
      note="what becomes of each byte from −128 to 127"
      table={table}
      input={first.input}
      result={result}
    />
  );
}

interface Props {
  readonly scene: Scene<Pair>;
  readonly operand: Operand;
  readonly title: string;
}

function OperandMap({ scene, operand, title }: Props) {
  const { source, isConstant, input, centred, scale } = operand;
  const real = printReal(centred * (scale ?? 1));
  const said = `${printWhole(input)}, which stands for ${real}`;
  if (isConstant) {
    return (
      <figure class="part">
        <figcaption class="strong">{title}</figcaption>
        <p>A constant of the network: {said}.</p>
      </figure>
    );
  }
  return <PlainMap scene={scene} source={source} title={`${title}: ${said}`} />;
}

/** A map that is read at one place, the same as that of the output where it fits. */
export function PlainMap(props: { scene: Scene; source: Source; title: string }) {
  const { scene, source, title } = props;
  const { run, focus, pick } = scene;
  const [place, channel] = locate(run, source);
  const values = run.activations.get(source.name);
  if (!values || values.length === 1) {
    return (
      <figure class="part">
        <figcaption class="strong">{title}</figcaption>
        <p class="note">
          {labelOf(scene, source.name)}{" "}
          <LookButton scene={scene} source={source} text="Look into it" />
        </p>
      </figure>
    );
  }
  return (
    <InputMap
      scene={scene}
      name={source.name}
      channel={channel}
      title={title}
      marks={[{ place, rows: 1, columns: 1, kind: "window" }]}
      at={place}
      onPick={(at) => {
        const to = [
          focus.place[0] + at[0] - place[0],
          focus.place[1] + at[1] - place[1],
        ] as const;
        pick(clampPlace(focus.volume, to), focus.channel);
      }}
    />
  );
}
