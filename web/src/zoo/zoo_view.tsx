import "./zoo.css";
import { usePiece } from "../page/use_piece";
import { addressedText } from "../state/address";
import { Scroll } from "../style/scroll";
import { compact, percent } from "../text/numbers";
import { Architecture, Legend } from "./architecture";
import { Bars } from "./bars";
import { type Family, MEASURES, type Trained, type Zoo } from "./zoo";

const measured = addressedText("measure", "macs");

/** The architectures of the lectures side by side, in the order of their papers. */
export function ZooView() {
  const zoo = usePiece<Zoo>("zoo");
  if (!zoo) return <p>Unpacking…</p>;
  const measure = MEASURES.find((one) => one.id === measured.value) ?? MEASURES[1];
  return (
    <div class="zoo">
      <h2>From LeNet-5 to today, on one small board</h2>
      <p class="note">
        Each network as tinycnn builds it for small images of ten classes, and what it
        needs on an {zoo.board}: computed from the compiled network, the time by a model
        of its processor. Beside it what its paper reached, with a larger network and on
        other images.
      </p>
      <fieldset class="choice">
        <legend>Compare</legend>
        {MEASURES.map((one) => (
          <label key={one.id}>
            <input
              type="radio"
              name="measure"
              checked={one === measure}
              onChange={() => {
                measured.value = one.id;
              }}
            />
            {one.title}
          </label>
        ))}
      </fieldset>
      {measure ? <Bars families={zoo.families} measure={measure} /> : null}
      <h2>How each is built</h2>
      <p class="note">
        From left to right the layers: tall where the maps have many pixels, wide where
        there are many channels.
      </p>
      <Legend />
      {zoo.families.map((family) => (
        <Card
          key={family.name}
          family={family}
          trained={zoo.trained.filter((one) => one.family === family.name)}
        />
      ))}
    </div>
  );
}

function Card({ family, trained }: { family: Family; trained: readonly Trained[] }) {
  return (
    <article class="card family">
      <h3>
        {family.name} <small>{family.source}</small>
      </h3>
      <p class="idea">{family.idea}</p>
      <Architecture family={family} />
      <dl class="facts">
        <Fact label="Input" value={family.input.join("×")} />
        <Fact label="Parameters" value={compact(family.parameters)} />
        <Fact label="MACs" value={compact(family.macs)} />
        <Fact label="RAM" value={`${compact(family.arena_bytes)} B`} />
        <Fact label="Flash" value={`${compact(family.flash_bytes)} B`} />
        <Fact label="Time" value={`${family.milliseconds} ms`} />
        <Fact label="On the board" value={family.fits ? "fits" : "does not fit"} />
      </dl>
      {family.paper ? (
        <p class="paper">
          <strong>{family.paper.network}</strong> of the paper ({family.paper.year}):{" "}
          {family.paper.result}
          {family.paper.parameters
            ? `, ${compact(family.paper.parameters)} parameters`
            : ""}
          {family.paper.macs ? `, ${compact(family.paper.macs)} MACs` : ""}.{" "}
          <small>{family.paper.where}.</small>
        </p>
      ) : null}
      {trained.length ? <TrainedTable title={family.name} rows={trained} /> : null}
    </article>
  );
}

interface TrainedProps {
  readonly title: string;
  readonly rows: readonly Trained[];
}

function TrainedTable({ title, rows }: TrainedProps) {
  return (
    <Scroll name={`${title}, trained here`}>
      <table>
        <caption>Trained here; times are those of the kernels of that day</caption>
        <thead>
          <tr>
            <th scope="col">Project</th>
            <th scope="col">Images</th>
            <th scope="col" class="number">
              Float
            </th>
            <th scope="col" class="number">
              Int8
            </th>
            <th scope="col" class="number">
              Parameters
            </th>
            <th scope="col" class="number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.project}>
              <th scope="row">{row.project}</th>
              <td>{row.dataset}</td>
              <td class="number">{percent(row.float_accuracy)}</td>
              <td class="number">{percent(row.int8_accuracy)}</td>
              <td class="number">{compact(row.parameters)}</td>
              <td class="number">{row.milliseconds} ms</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
