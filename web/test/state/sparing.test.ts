import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { makeSparing } from "../../src/state/sparing";

const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve));

test("what is rare is done at once, and once for one turn", async () => {
  let done = 0;
  const sparing = makeSparing(() => done++);
  sparing.ask();
  sparing.ask();
  await turn();
  assert.equal(done, 1);
  sparing.hurry();
  assert.equal(done, 1);
  sparing.ask();
  sparing.hurry();
  await turn();
  assert.equal(done, 2);
});

test("at every frame of a minute it is done 90 times in 30 s at most, and at last", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const times: number[] = [];
  let now = 0;
  let [asked, seen] = [0, -1];
  const sparing = makeSparing(
    () => {
      times.push(now);
      seen = asked;
    },
    () => now,
  );
  for (; now < 60_000; now += 16) {
    mock.timers.tick(16);
    asked++;
    sparing.ask();
    await turn();
  }
  for (const end of times) {
    const before = times.filter((time) => time <= end && time > end - 30_000);
    assert.ok(before.length <= 90, `${before.length} up to ${end}`);
  }
  assert.ok(times.length > 100);
  now += 1_000;
  mock.timers.tick(1_000);
  assert.equal(seen, asked);
  mock.timers.reset();
});
