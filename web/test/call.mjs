// Runs a function of the page for who tests it from outside: node test/call.mjs FILE
// FILE, TypeScript, has `main(said)`; JSON comes in by stdin, and goes out by stdout.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = await mkdtemp(join(tmpdir(), "explorer-call-"));
try {
  const outfile = join(folder, "call.mjs");
  await build({
    entryPoints: [resolve(process.argv[2])],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
  const { main } = await import(pathToFileURL(outfile).href);
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const said = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  process.stdout.write(JSON.stringify(await main(said)));
} finally {
  await rm(folder, { recursive: true });
}
