import type { Operand, Pair, Source } from "../arithmetic/breakdown";
import { clampPlace } from "../drawing/volume";
import { locate } from "./focus";
import { InputMap, LookButton, OutputMap } from "./maps";
import { printReal, printWhole } from "./print";
import { labelOf, type Scene } from "./scene";

const SIGNS: Readonly<Record<Pair["way"], string>> = {
  add: "+",
  subtract: "−",
  multiply: "×",
  larger: "or",
  smaller: "or",
};

/** Two maps that meet, place by place. */
export function PairView({ scene }: { scene: Scene<Pair> }) {
  const { first, second, way } = scene.found;
  return (
    <div class="flow">
      <OperandMap scene={scene} operand={first} title="The first input" />
      <span class="sign" aria-hidden="true">
        {SIGNS[way]}
      </span>
      <OperandMap scene={scene} operand={second} title="The second input" />
      <span class="sign" aria-hidden="true">
        =
      </span>
      <OutputMap scene={scene} />
    </div>
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
