import "./edges.css";
import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Grid } from "../../drawing/grid";
import { Legend } from "../../drawing/legend";
import { packPixel } from "../../drawing/ramp";
import type { Place } from "../../drawing/volume";
import type { BenchProps } from "../benches";
import { print } from "../compute/numbers";
import { FilteredGrid, PictureGrid } from "../parts/grids";
import { PictureChooser } from "../pictures/picture_chooser";
import { pictureOf } from "../pictures/source";
import { Arrows } from "./arrows";
import {
  computeGradient,
  type Edge,
  edgeAt,
  type Gradient,
  nameDirection,
  wheelColor,
} from "./gradient";
import { Wheel } from "./wheel";

const SIDE = 270;

/** Two kernels give the strength and the direction of each edge. */
export function EdgesBench({ page, live, kernels }: BenchProps) {
  const shown = useMemo(() => pictureOf(page, live), [page, live]);
  const found = useComputed(() => computeGradient(kernels, shown.value));
  const spot = useSignal<Place | null>(null);
  const [picture, gradient] = [shown.value, found.value];
  const { width, height } = gradient.x;
  const at = within(spot.value, height, width);
  const edge = edgeAt(gradient, at[0] * width + at[1]);
  const asked = {
    at,
    side: SIDE,
    onHover: (place: Place | null) => {
      if (place) spot.value = place;
    },
    onPick: (place: Place) => {
      spot.value = place;
    },
  };
  const signed = { zero: 0, isSigned: true, channel: 0, ...asked };
  const plain = { zero: -128, isSigned: false, channel: 0, ...asked };
  return (
    <div class="lab-bench">
      <section class="card lab-stack" aria-label="Picture">
        <PictureChooser page={page} live={live} />
        <p aria-live="polite">{spell(gradient, at, edge)}</p>
      </section>
      <section class="lab-gallery" aria-label="Gradient">
        <Shown title="Picture" says="brightness">
          <PictureGrid
            name="Picture"
            picture={picture}
            isGrey
            {...asked}
            at={[at[0] + 1, at[1] + 1]}
            onHover={(place) => asked.onHover(place && inner(place, height, width))}
            onPick={(place) => asked.onPick(inner(place, height, width))}
          />
        </Shown>
        <Shown title="Sobel x" says="right less left">
          <FilteredGrid name="Sobel x" output={gradient.x} {...signed} />
        </Shown>
        <Shown title="Sobel y" says="below less above">
          <FilteredGrid name="Sobel y" output={gradient.y} {...signed} />
        </Shown>
        <Shown title="Dark to light" says="nothing below zero">
          <FilteredGrid name="Dark to light" output={gradient.rising} {...plain} />
        </Shown>
        <Shown title="Light to dark" says="the kernel turned round">
          <FilteredGrid name="Light to dark" output={gradient.falling} {...plain} />
        </Shown>
        <Shown title="Strength" says="√(x² + y²)">
          <EdgeGrid
            name="Strength"
            gradient={gradient}
            paint={({ strength }) => grey(strength)}
            {...asked}
          />
        </Shown>
        <Shown title="Direction" says="towards the light">
          <div class="lab-over">
            <EdgeGrid
              name="Direction"
              gradient={gradient}
              paint={wheelColor}
              {...asked}
            />
            <Arrows gradient={gradient} />
          </div>
        </Shown>
        <figure>
          <figcaption>What the colours say</figcaption>
          <Wheel edge={edge} />
          <Legend
            range={{ low: -128, high: 127, zero: 0 }}
            print={(value) => print(value)}
          />
        </figure>
      </section>
    </div>
  );
}

interface ShownProps {
  readonly title: string;
  readonly says: string;
  readonly children: preact.ComponentChildren;
}

function Shown({ title, says, children }: ShownProps) {
  return (
    <figure>
      <figcaption>
        {title} <small>{says}</small>
      </figcaption>
      {children}
    </figure>
  );
}

interface EdgeGridProps {
  readonly name: string;
  readonly gradient: Gradient;
  readonly paint: (edge: Edge) => [number, number, number];
  readonly at: Place;
  readonly side: number;
  readonly onHover: (at: Place | null) => void;
  readonly onPick: (at: Place) => void;
}

function EdgeGrid({ gradient, paint, ...rest }: EdgeGridProps) {
  const { width: columns, height: rows } = gradient.x;
  return (
    <Grid
      {...rest}
      rows={rows}
      columns={columns}
      paint={({ pixels, width }) => {
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++)
            pixels[row * width + column] = packPixel(
              paint(edgeAt(gradient, row * columns + column)),
            );
      }}
      read={([row, column]) => describe(edgeAt(gradient, row * columns + column))}
    />
  );
}

function spell(gradient: Gradient, [row, column]: Place, edge: Edge): string {
  const at = row * gradient.x.width + column;
  const [x, y] = [gradient.x.bytes[at] ?? 0, gradient.y.bytes[at] ?? 0];
  return (
    `Row ${row + 1}, column ${column + 1}: x ${print(x)}, y ${print(y)}; ` +
    `strength √(x² + y²) = ${print(Math.hypot(x, y), 1)}. ${describe(edge)}.`
  );
}

function describe({ strength, angle }: Edge): string {
  if (strength < 0.02) return "No edge here";
  const degrees = Math.round((angle * 180) / Math.PI + 360) % 360;
  return `It gets lighter to the ${nameDirection(angle)} (${degrees}°)`.replace(
    /to the (up|down)/,
    (_, way) => `${way}wards`,
  );
}

function grey(strength: number): [number, number, number] {
  const value = Math.round(255 * strength);
  return [value, value, value];
}

function within(place: Place | null, rows: number, columns: number): Place {
  const [row, column] = place ?? [Math.floor(rows / 3), Math.floor(columns / 2)];
  return [
    Math.max(0, Math.min(rows - 1, row)),
    Math.max(0, Math.min(columns - 1, column)),
  ];
}

/** From a place of the picture to that of its map, which lacks the border. */
function inner([row, column]: Place, rows: number, columns: number): Place {
  return within([row - 1, column - 1], rows, columns);
}
