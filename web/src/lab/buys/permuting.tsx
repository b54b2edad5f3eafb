import { useMemo } from "preact/hooks";
import { Picture } from "../../drawing/picture";
import { viewOf } from "../../engine/values";
import type { Exhibit } from "../../page/page";
import { addressed, parseCount } from "../../state/address";
import type { Live } from "../../state/live";
import { Scroll } from "../../style/scroll";
import { print } from "../compute/numbers";
import { WholeNumber } from "../parts/whole_number";
import type { Sight } from "./answers";
import { countRight, permute, shuffle } from "./permutation";

/** Accuracies as they are and permuted: `python -m tools.permuted_digits`. */
const TRAINED = { convolution: [0.9777, 0.9582], dense: [0.9666, 0.9721] } as const;

const seed = addressed("seed", 1, parseCount);

interface Props {
  readonly exhibit: Exhibit;
  readonly live: Live;
  readonly sight: Sight;
}

/** All pictures with their pixels in another order: who minds? */
export function Permuting({ exhibit, live, sight }: Props) {
  const { height, width } = sight.pixels;
  const order = permute(height * width, seed.value);
  const input = live.input.value;
  const shuffled = shuffle(sight, input, order);
  const [plain, mixed] = useMemo(() => {
    const same = Uint32Array.from(order.keys());
    return [countRight(exhibit, sight, same), countRight(exhibit, sight, order)];
  }, [exhibit, sight, seed.value]);
  const pictures = [
    ["As it is", input],
    ["Permuted", shuffled],
  ] as const;
  return (
    <section class="card lab-stack" aria-label="Permuting">
      <h3>Mix up the pixels: a dense layer does not care</h3>
      <div class="lab-row">
        {pictures.map(([title, bytes]) => (
          <figure key={title}>
            <figcaption>{title}</figcaption>
            <Picture
              name={title}
              values={viewOf(bytes.slice(), sight.facts.dtype)}
              shape={sight.facts.shape}
              side={140}
            />
          </figure>
        ))}
        <div class="lab-stack">
          <WholeNumber
            label="Order number"
            value={seed.value}
            from={1}
            to={999}
            onChange={(value) => {
              seed.value = value;
            }}
          />
          <Scroll name="Examples that are right">
            <table>
              <thead>
                <tr>
                  <th>right, of {plain.total} examples</th>
                  <th class="number">as they are</th>
                  <th class="number">permuted</th>
                </tr>
              </thead>
              <tbody>
                <tr>
                  <th>one dense layer, made of these examples</th>
                  <td class="number">{plain.dense}</td>
                  <td class="number">{mixed.dense}</td>
                </tr>
                <tr>
                  <th>this network</th>
                  <td class="number">{plain.network}</td>
                  <td class="number">{mixed.network}</td>
                </tr>
              </tbody>
            </table>
          </Scroll>
        </div>
      </div>
      <p class="note">
        All pictures get the same new order. The dense layer, whose weights are each
        class's mean picture, gets its weights in the new order too, and answers as
        before: it never knew which pixels are neighbours. The network's windows look
        for strokes and edges among neighbours, and find none.
        {exhibit.examples.wrong.length > 0
          ? " As they are, it has fewer right here than of all test images: its mistakes are among the examples."
          : null}
      </p>
      <p class="note">
        And trained anew on permuted pictures? Each tried once on the digits that come
        with tinycnn, 359 test images: a small convolution went from{" "}
        {print(100 * TRAINED.convolution[0], 1)} % to{" "}
        {print(100 * TRAINED.convolution[1], 1)} %, seven images less; a dense network
        of as many weights from {print(100 * TRAINED.dense[0], 1)} % to{" "}
        {print(100 * TRAINED.dense[1], 1)} %, two more. With so few images a handful is
        chance: try it on a data set of yours.
      </p>
    </section>
  );
}
