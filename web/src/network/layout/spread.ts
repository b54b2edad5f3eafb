/** Places in a row: as near as can be to where each is wanted, none over another. */

export interface Wanted {
  /** Of the middle. */
  readonly at: number;
  readonly size: number;
  /** How much it counts that it gets its place. */
  readonly weight: number;
}

interface Block {
  sum: number;
  weight: number;
  readonly members: number[];
}

/**
 * The middles, in the order of `wanted`, with the least weighted squares of distances.
 *
 * What touches moves as one block, to the mean of what its members want (the method is
 * known as pooling adjacent violators).
 */
export function spreadOut(wanted: readonly Wanted[], gap: number): number[] {
  const offsets = offsetsOf(wanted, gap);
  const blocks: Block[] = [];
  wanted.forEach(({ at, weight }, i) => {
    let block: Block = {
      sum: (at - (offsets[i] as number)) * weight,
      weight,
      members: [i],
    };
    for (let last = blocks.at(-1); last && mean(last) > mean(block); ) {
      blocks.pop();
      block = {
        sum: last.sum + block.sum,
        weight: last.weight + block.weight,
        members: [...last.members, ...block.members],
      };
      last = blocks.at(-1);
    }
    blocks.push(block);
  });
  return blocks.flatMap((block) =>
    block.members.map((i) => mean(block) + (offsets[i] as number)),
  );
}

function mean({ sum, weight }: Block): number {
  return sum / weight;
}

/** How far each middle is from the first if all stand as close as they may. */
function offsetsOf(wanted: readonly Wanted[], gap: number): number[] {
  let end = 0;
  return wanted.map(({ size }, i) => {
    const previous = wanted[i - 1]?.size;
    end += previous === undefined ? 0 : (previous + size) / 2 + gap;
    return end;
  });
}
