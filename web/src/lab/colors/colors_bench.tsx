import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Place } from "../../drawing/volume";
import type { BenchProps } from "../benches";
import { applyFilter, type Filter, takeApart } from "../compute/filter";
import { print } from "../compute/numbers";
import { FilteredGrid, PictureGrid } from "../parts/grids";
import { PictureChooser } from "../pictures/picture_chooser";
import { pictureOf } from "../pictures/source";
import { difference, interpolate, toMosaic, toRaw } from "./bayer";

const SIDE = 210;
const NAMES = ["Red", "Green", "Blue"] as const;
const SOBEL = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];

/** What one colour sees and another does not, and how a sensor sees colours at all. */
export function ColorsBench(props: BenchProps) {
  return (
    <div class="lab-bench">
      <section class="card" aria-label="Picture">
        <PictureChooser page={props.page} live={props.live} />
      </section>
      <Channels {...props} />
      <Bayer {...props} />
    </div>
  );
}

/** An edge in each colour, in brightness, and in the sum of all three. */
function Channels({ page, live, kernels }: BenchProps) {
  const shown = useMemo(() => pictureOf(page, live), [page, live]);
  const spot = useSignal<Place | null>(null);
  const found = useComputed(() => {
    const run = (mode: Filter["mode"]) =>
      applyFilter(kernels, filterOf(mode), shown.value);
    return { each: run("each"), sum: run("sum"), grey: run("grey") };
  });
  const { each, sum, grey } = found.value;
  const place = spot.value ?? [Math.floor(sum.height / 2), Math.floor(sum.width / 5)];
  const at: Place = [
    Math.min(place[0], sum.height - 1),
    Math.min(place[1], sum.width - 1),
  ];
  const apart = takeApart(filterOf("sum"), shown.value, at);
  const asked = {
    at,
    side: SIDE,
    isSigned: true,
    zero: 0,
    channel: 0,
    onHover: (to: Place | null) => {
      if (to) spot.value = to;
    },
    onPick: (to: Place) => {
      spot.value = to;
    },
  };
  const parts = apart.sums.map((one, i) => `${NAMES[i]} ${print(one)}`).join(" + ");
  return (
    <section class="card lab-stack" aria-label="Edges by colour">
      <h3>One kernel, three colours</h3>
      <p class="note">
        Sobel x on each colour by itself. A convolution adds the three into one map: an
        edge that one colour sees and another sees the other way round may vanish.
      </p>
      <p class="strong" aria-live="polite">
        Row {at[0] + 1}, column {at[1] + 1}: {parts} = {print(apart.sum)}
      </p>
      <div class="lab-gallery small">
        <figure>
          <figcaption>Picture</figcaption>
          <PictureGrid name="Picture" picture={shown.value} side={SIDE} />
        </figure>
        {NAMES.map((name, channel) => (
          <figure key={name}>
            <figcaption>{name}</figcaption>
            <FilteredGrid
              name={`Edges in ${name.toLowerCase()}`}
              output={each}
              {...asked}
              channel={channel}
            />
          </figure>
        ))}
        <figure>
          <figcaption>Sum of the three</figcaption>
          <FilteredGrid name="Edges in the sum" output={sum} {...asked} />
        </figure>
        <figure>
          <figcaption>Brightness only</figcaption>
          <FilteredGrid name="Edges in brightness" output={grey} {...asked} />
        </figure>
      </div>
    </section>
  );
}

/** From the sensor's mosaic back to a picture. */
function Bayer({ page, live, kernels }: BenchProps) {
  const shown = useMemo(() => pictureOf(page, live), [page, live]);
  const found = useComputed(() => {
    const mosaic = toMosaic(shown.value);
    const made = interpolate(kernels, mosaic);
    return { mosaic, made, error: difference(made, shown.value) };
  });
  const { mosaic, made, error } = found.value;
  const pictures = [
    ["Picture", shown.value],
    ["From the sensor", toRaw(shown.value)],
    ["Each pixel in its colour", mosaic],
    ["Interpolated", made],
    ["Error, four times", error],
  ] as const;
  return (
    <section class="card lab-stack" aria-label="Bayer mosaic">
      <h3>A camera sees one colour a pixel</h3>
      <p class="note">
        A filter over the sensor lets red, green or blue through: of four pixels two are
        green (Bayer, 1976). The other two colours of each pixel are means of its
        neighbours, which is a convolution too. Fine patterns become colours that are
        not there: try the fine checks.
      </p>
      <div class="lab-gallery small">
        {pictures.map(([title, picture]) => (
          <figure key={title}>
            <figcaption>{title}</figcaption>
            <PictureGrid name={title} picture={picture} side={SIDE} />
          </figure>
        ))}
      </div>
    </section>
  );
}

function filterOf(mode: Filter["mode"]): Filter {
  return { rows: SOBEL, divisor: 8, offset: 128, mode, padding: "valid" };
}
