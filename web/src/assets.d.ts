/** What the bundler resolves: see build.mjs. */
declare module "*.css";

/** The text of a bundled script, for a worker. */
declare module "worker:*" {
  const text: string;
  export default text;
}

/** The chapters of docs/course. */
declare module "course:chapters" {
  const chapters: readonly { id: string; title: string; html: string }[];
  export default chapters;
}
