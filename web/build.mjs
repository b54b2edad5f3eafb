// Bundles the page's script, worker and style: node build.mjs [FOLDER]
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { marked } from "marked";

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, "..");
const output = process.argv[2] ?? join(repository, "tinycnn/explorer/assets");

// The first that can unpack the page (DecompressionStream) and hold its look.
const OLDEST = ["chrome111", "edge111", "firefox113", "safari16.4"];

// What a chapter calls the views.
const PLACES = {
  network: "the network",
  lab: "the lab",
  learned: "what it learned",
  zoo: "the architectures",
  board: "the board",
};

// One source each: what a worker runs is text in the page, and chapters are docs.
const parts = {
  name: "parts",
  setup(building) {
    building.onResolve({ filter: /^worker:/ }, (found) => ({
      path: join(here, "src", found.path.slice("worker:".length)),
      namespace: "worker",
    }));
    building.onLoad({ filter: /./, namespace: "worker" }, async (found) => ({
      contents: (await bundle({ entryPoints: [found.path] })).outputFiles[0].text,
      loader: "text",
    }));
    building.onResolve({ filter: /^course:/ }, () => ({
      path: join(repository, "docs/course"),
      namespace: "course",
    }));
    building.onLoad({ filter: /./, namespace: "course" }, async (found) => ({
      contents: JSON.stringify(await readChapters(found.path)),
      loader: "json",
    }));
  },
};

async function readChapters(folder) {
  const names = (await readdir(folder).catch(() => [])).sort();
  const chapters = names.filter((name) => /^\d\d-.*\.md$/.test(name));
  return Promise.all(
    chapters.map(async (name) => {
      const text = await readFile(join(folder, name), "utf8");
      const title = /^# (.*)$/m.exec(text)[1];
      return {
        id: name.slice(3, -3),
        title,
        html: scrollByKeys(linkPlaces(marked.parse(text))),
      };
    }),
  );
}

// `explain.html#view=lab` in a chapter is a place in the page.
function linkPlaces(html) {
  return html.replaceAll(
    /<code>explain\.html(#view=(\w+)[^<]*)<\/code>/g,
    (_, address, view) => `<a href="${address}">${PLACES[view] ?? view}</a>`,
  );
}

// Where a command is wider than the screen, the keyboard scrolls it.
function scrollByKeys(html) {
  return html.replaceAll("<pre>", '<pre tabindex="0">');
}

function bundle(options) {
  return build({
    bundle: true,
    write: false,
    minify: true,
    legalComments: "none",
    charset: "ascii",
    target: OLDEST,
    format: "iife",
    logLevel: "error",
    absWorkingDir: here,
    loader: { ".j2": "css" },
    plugins: [parts],
    ...options,
  });
}

await mkdir(output, { recursive: true });
const { outputFiles } = await bundle({
  entryPoints: { explain: "src/main.tsx" },
  outdir: output,
  jsx: "automatic",
  jsxImportSource: "preact",
});
for (const file of outputFiles) {
  await writeFile(file.path, file.contents);
}
