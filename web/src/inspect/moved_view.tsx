import "./moved_view.css";
import type { Moved } from "../arithmetic/breakdown";
import { printSize, volumeOf } from "../drawing/volume";
import { LookButton, OutputMap, Signed } from "./maps";
import { PlainMap } from "./pair_view";
import { printReal, printWhole } from "./print";
import { factsOf, labelOf, type Scene } from "./scene";

/** A number that only changes its place: where it is from. */
export function MovedView({ scene }: { scene: Scene<Moved> }) {
  const { source } = scene.found;
  const inputs = scene.focus.operator?.inputs ?? [];
  return (
    <>
      {inputs.length > 1 ? <Parts scene={scene} /> : null}
      <div class="flow">
        {source ? (
          <PlainMap scene={scene} source={source} title="Where it is from" />
        ) : (
          <p class="part">{tellOrigin(scene.found)}</p>
        )}
        <Signed text="→">
          <OutputMap scene={scene} />
        </Signed>
      </div>
    </>
  );
}

/** What is from no tensor: both are said in the file. */
function tellOrigin({ isPadding, real }: Moved): string {
  const value = printReal(real ?? 0);
  return isPadding
    ? `Nothing is there: it is padding, which stands for ${value}.`
    : `A constant of the network, which stands for ${value}.`;
}

/** What is put one behind the other, as a bar of parts. */
function Parts({ scene }: { scene: Scene<Moved> }) {
  const { run, focus, found } = scene;
  const inputs = focus.operator?.inputs ?? [];
  const parts = inputs.map((name) => ({
    name,
    volume: volumeOf(factsOf(scene, name)?.shape ?? []),
    isOwn: name === found.source?.name,
  }));
  return (
    <ol class="joined" aria-label="What is joined">
      {parts.map(({ name, volume, isOwn }, i) => (
        <li
          key={i}
          class={isOwn ? "own" : undefined}
          style={{ flexGrow: volume.channels }}
          aria-current={isOwn ? "true" : undefined}
        >
          <strong>{labelOf(scene, name)}</strong>
          <small>
            {printSize(volume)}
            {isOwn ? ": this number is from here" : null}
          </small>
          {isOwn || !run.activations.has(name) ? null : (
            <LookButton
              scene={scene}
              source={{ name, index: 0 }}
              text={`Look into ${printWhole(volume.channels)} channels`}
            />
          )}
        </li>
      ))}
    </ol>
  );
}
