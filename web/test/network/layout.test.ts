import assert from "node:assert/strict";
import { test } from "node:test";
import { countBeside, layOut, type Size } from "../../src/network/layout/layout";
import { rankItems, type Sources } from "../../src/network/layout/ranks";
import { spreadOut } from "../../src/network/layout/spread";

const CHAIN = sources({ a: [], b: ["a"], c: ["b"] });
const RESIDUAL = sources({ a: [], b: ["a"], c: ["b"], sum: ["a", "c"], d: ["sum"] });
const INCEPTION = sources({
  a: [],
  one: ["a"],
  three: ["a"],
  reduced: ["a"],
  five: ["reduced"],
  joined: ["one", "three", "five"],
});
const DENSE = sources({
  a: [],
  b: ["a"],
  ab: ["a", "b"],
  c: ["ab"],
  abc: ["ab", "c"],
});

function sources(of: Record<string, string[]>): Sources {
  return new Map(Object.entries(of));
}

function same(of: Sources, width = 100, height = 60): Map<string, Size> {
  return new Map([...of.keys()].map((name) => [name, { width, height }]));
}

test("a box is one rank after the last that it is made of", () => {
  const ranks = (of: Sources) =>
    rankItems(of).ranks.map((rank) =>
      rank.map((item) => (item.isBend ? `(${item.name})` : item.name)).sort(),
    );
  assert.deepEqual(ranks(CHAIN), [["a"], ["b"], ["c"]]);
  assert.deepEqual(ranks(RESIDUAL), [
    ["a"],
    ["(a)", "b"],
    ["(a)", "c"],
    ["sum"],
    ["d"],
  ]);
  assert.deepEqual(countBeside(INCEPTION).get("three"), 3);
  assert.deepEqual(countBeside(INCEPTION).get("five"), 1);
});

test("no two boxes overlap, and each rank follows the one before", () => {
  for (const of of [CHAIN, RESIDUAL, INCEPTION, DENSE]) {
    for (const direction of ["across", "down"] as const) {
      const { boxes, width, height } = layOut(of, same(of), direction);
      for (const [name, box] of boxes) {
        assert.ok(box.left >= 0 && box.top >= 0, name);
        assert.ok(box.left + box.width <= width + 0.01, name);
        assert.ok(box.top + box.height <= height + 0.01, name);
        for (const source of of.get(name) ?? []) {
          const before = boxes.get(source);
          assert.ok(before);
          if (direction === "down") assert.ok(before.top + before.height < box.top);
          else assert.ok(before.left + before.width < box.left);
        }
        for (const [other, one] of boxes) {
          if (other === name) continue;
          const isApart =
            one.left + one.width <= box.left + 0.01 ||
            box.left + box.width <= one.left + 0.01 ||
            one.top + one.height <= box.top + 0.01 ||
            box.top + box.height <= one.top + 0.01;
          assert.ok(isApart, `${name} over ${other}`);
        }
      }
    }
  }
});

test("a residual block's main way is straight, and its short cut goes around", () => {
  const { boxes, lines } = layOut(RESIDUAL, same(RESIDUAL), "down");
  const middles = ["a", "b", "c", "sum", "d"].map((name) => {
    const box = boxes.get(name);
    return box ? box.left + box.width / 2 : Number.NaN;
  });
  for (const middle of middles) assert.ok(Math.abs(middle - (middles[0] ?? 0)) < 3);
  const cut = lines.find(({ from, to }) => from === "a" && to === "sum");
  const side = Math.max(...sidesOf(cut?.path ?? ""));
  const b = boxes.get("b");
  assert.ok(b && side > b.left + b.width, `${side} passes beside the boxes`);
});

test("an inception block's branches stand side by side around their source", () => {
  const { boxes } = layOut(INCEPTION, same(INCEPTION), "down");
  const box = (name: string) =>
    boxes.get(name) as NonNullable<ReturnType<typeof boxes.get>>;
  assert.equal(box("one").top, box("three").top);
  const middle = (name: string) => box(name).left + box(name).width / 2;
  const branches = ["one", "three", "reduced"].map(middle).sort((a, b) => a - b);
  assert.ok(Math.abs((branches[1] ?? 0) - middle("a")) < 30);
  assert.ok(Math.abs(middle("five") - middle("reduced")) < 60);
});

test("places are as near as can be to what is wanted", () => {
  const wanted = (at: number, weight = 1) => ({ at, size: 10, weight });
  assert.deepEqual(spreadOut([wanted(0), wanted(50)], 2), [0, 50]);
  assert.deepEqual(spreadOut([wanted(20), wanted(20)], 2), [14, 26]);
  // What counts little gives way.
  const [heavy, light] = spreadOut([wanted(20, 1), wanted(20, 1e-9)], 2);
  assert.ok(Math.abs((heavy ?? 0) - 20) < 1e-6 && Math.abs((light ?? 0) - 32) < 1e-6);
  assert.deepEqual(spreadOut([], 2), []);
});

test("the same network gives the same picture", () => {
  const one = layOut(INCEPTION, same(INCEPTION), "across");
  assert.deepEqual(layOut(INCEPTION, same(INCEPTION), "across"), one);
});

/** The x of all points of a path. */
function sidesOf(path: string): number[] {
  return [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map((found) => Number(found[1]));
}
