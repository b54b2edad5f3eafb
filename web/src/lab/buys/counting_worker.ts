/** Counts right answers beside the page: it has engines of its own. */
import { Engine } from "../../engine/engine";
import type { Answering } from "./answers";
import {
  answerAll,
  countEqual,
  type Found,
  orderOutwards,
  type Wanted,
} from "./counting";
import { amountsOf, STILL } from "./warp";

const engines = new Map<string, Promise<Answering>>();
let latest = 0;

self.onmessage = async ({ data }: MessageEvent<Wanted>) => {
  latest = data.ticket;
  const { nets, sight, pictures, kind } = data;
  const opened = await Promise.all(nets.map(openOnce));
  const truths = opened.map(
    (net) => pictures.truth ?? answerAll(net, sight, pictures, kind, STILL[kind.id]),
  );
  const amounts = amountsOf(kind);
  const right = nets.map(() => amounts.map((): number | null => null));
  for (const place of orderOutwards(kind)) {
    const amount = amounts[place] ?? STILL[kind.id];
    for (const [i, net] of opened.entries()) {
      const answers = answerAll(net, sight, pictures, kind, amount);
      (right[i] ?? [])[place] = countEqual(answers, truths[i] ?? []);
    }
    const found: Found = { ticket: data.ticket, right };
    self.postMessage(found);
    await new Promise((resolve) => setTimeout(resolve)); // lets a newer wish come in
    if (data.ticket !== latest) return;
  }
};

function openOnce({ model, code }: Wanted["nets"][number]): Promise<Answering> {
  const known = engines.get(model.sha256);
  if (known) return known;
  const opened = Engine.open(model, async () => code).then((engine) => ({
    model,
    engine,
  }));
  engines.set(model.sha256, opened);
  return opened;
}
