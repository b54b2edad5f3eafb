import "./shown_image.css";
import { Now } from "../input/now";
import { image } from "../state/selection";
import type { Told } from "./parts";

/** What the network is shown now, its answer, and the way to the next example. */
export function ShownImage({ exhibit, live }: Omit<Told, "learned">) {
  const { count } = exhibit.examples;
  const turn = (by: number) => {
    live.own.value = null;
    image.value = (Math.min(image.value, count - 1) + by + count) % count;
  };
  return (
    <section class="card shown" aria-label="What is shown">
      <Now exhibit={exhibit} live={live} side={112} />
      <div class="row">
        <button type="button" onClick={() => turn(-1)}>
          ‹ Previous
        </button>
        <button type="button" onClick={() => turn(1)}>
          Next ›
        </button>
      </div>
    </section>
  );
}
