// Bundles the unit tests and runs them: node test/run.mjs [PART OF A NAME]
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv[2] ?? "";
const found = (await readdir(here, { recursive: true })).filter(
  (name) => /\.test\.tsx?$/.test(name) && name.includes(wanted),
);
const folder = await mkdtemp(join(tmpdir(), "explorer-tests-"));
try {
  await build({
    entryPoints: found.map((name) => join(here, name)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "error",
  });
  const files = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => join(folder, name));
  const ran = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" });
  process.exitCode = ran.status ?? 1;
} finally {
  await rm(folder, { recursive: true });
}
