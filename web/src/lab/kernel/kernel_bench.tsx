import "./kernel.css";
import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Legend } from "../../drawing/legend";
import type { Place } from "../../drawing/volume";
import type { BenchProps } from "../benches";
import { applyFilter, padOf, takeApart } from "../compute/filter";
import { print } from "../compute/numbers";
import { FilteredGrid, PictureGrid } from "../parts/grids";
import { PictureChooser } from "../pictures/picture_chooser";
import { pictureOf } from "../pictures/source";
import { ApartView } from "./apart_view";
import { KernelEditor } from "./kernel_editor";
import { Lectures } from "./lectures";
import { OnTheBoard } from "./on_the_board";
import { currentFilter, look, mode, spot } from "./settings";

const COLORS = ["Red", "Green", "Blue"];

/** A kernel slides over a picture: what it makes of it, and each number taken apart. */
export function KernelBench({ page, live, kernels }: BenchProps) {
  const shown = useMemo(() => pictureOf(page, live), [page, live]);
  const made = useComputed(() => applyFilter(kernels, currentFilter(), shown.value));
  const hovered = useSignal<Place | null>(null);
  const channel = useSignal(0);

  const [picture, filter, output] = [shown.value, currentFilter(), made.value];
  const at = within(hovered.value ?? spot.value, output.height, output.width);
  const color = Math.min(channel.value, output.channels - 1);
  const apart = takeApart(filter, picture, at, color);
  const side = filter.rows.length;
  const pad = padOf(filter);
  const window = {
    place: [at[0] - pad, at[1] - pad] as const,
    rows: side,
    columns: side,
    kind: "window" as const,
  };
  const isSigned =
    look.value === "signed" ||
    (look.value === "auto" && filter.offset > 0 && output.channels === 1);
  const cut = output.bytes.reduce((n, b) => n + (b === -128 || b === 127 ? 1 : 0), 0);
  const byte =
    output.bytes[(at[0] * output.width + at[1]) * output.channels + color] ?? 0;
  const asked = {
    onHover: (place: Place | null) => {
      hovered.value = place;
    },
    onPick: (place: Place) => {
      hovered.value = null;
      spot.value = within(place, output.height, output.width);
    },
    onTurn: (by: number) => {
      channel.value = (color + by + output.channels) % output.channels;
    },
  };
  return (
    <div class="lab-bench">
      <section class="card lab-stack" aria-label="Kernel">
        <PictureChooser page={page} live={live} />
        <KernelEditor />
        <Lectures />
        <OnTheBoard />
      </section>
      <section class="lab-row lab-pictures" aria-label="Pictures">
        <figure>
          <figcaption>
            Picture <small>{`${picture.width} × ${picture.height}`}</small>
          </figcaption>
          <PictureGrid
            name="Picture"
            picture={picture}
            isGrey={filter.mode === "grey"}
            marks={[window]}
            {...asked}
            onHover={(place) => asked.onHover(place && shift(place, pad - half(side)))}
            onPick={(place) => asked.onPick(shift(place, pad - half(side)))}
            at={[at[0] - pad + half(side), at[1] - pad + half(side)]}
          />
        </figure>
        <figure>
          <figcaption>
            What the kernel makes of it{" "}
            <small>{`${output.width} × ${output.height}`}</small>
          </figcaption>
          <FilteredGrid
            name="Output"
            output={output}
            zero={filter.offset - 128}
            isSigned={isSigned}
            channel={color}
            at={at}
            {...asked}
          />
          <p class="lab-under">
            {isSigned ? (
              <Legend
                range={{ low: -128, high: 127, zero: filter.offset - 128 }}
                print={(value) => print(value + 128)}
              />
            ) : null}
            <small>
              {print((100 * cut) / output.bytes.length, 1)} % cut at 0 or 255
            </small>
          </p>
        </figure>
      </section>
      <section class="card" aria-label="One number">
        {output.channels === 3 ? (
          <p class="note">
            The map of {COLORS[color]?.toLowerCase()}; page up and page down on the
            output change it.
          </p>
        ) : null}
        <ApartView
          apart={apart}
          offset={filter.offset}
          at={at}
          byte={byte}
          colors={mode.value === "sum" ? COLORS : []}
        />
      </section>
    </div>
  );
}

function half(side: number): number {
  return (side - 1) / 2;
}

function shift([row, column]: Place, by: number): Place {
  return [row + by, column + by];
}

function within(place: Place | null, rows: number, columns: number): Place {
  const [row, column] = place ?? [Math.floor(rows / 2), Math.floor(columns / 2)];
  return [
    Math.max(0, Math.min(rows - 1, row)),
    Math.max(0, Math.min(columns - 1, column)),
  ];
}
