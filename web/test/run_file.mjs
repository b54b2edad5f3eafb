// Bundles one file and runs it: node test/run_file.mjs FILE.ts [ARGUMENTS]

import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const [file, ...rest] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "explorer-file-"));
const outfile = join(folder, "file.mjs");
try {
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
  const ran = spawnSync(process.execPath, [outfile, ...rest], { stdio: "inherit" });
  process.exitCode = ran.status ?? 1;
} finally {
  await rm(folder, { recursive: true });
}
