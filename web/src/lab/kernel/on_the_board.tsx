import { divisor, rows } from "./settings";

/** How the kernel becomes a network of one layer that a board runs. */
export function OnTheBoard() {
  const isEmpty = rows.value.every((row) => row.every((weight) => weight === 0));
  return (
    <details>
      <summary>Put this kernel on a board</summary>
      {isEmpty ? (
        <p class="note">A kernel of zeros sees nothing: give it a weight first.</p>
      ) : (
        <>
          <p class="note">
            A network of one layer; nothing is trained, and each byte that the board
            gives is compared with the reference. Begin with:
          </p>
          <pre>tinycnn init edges --model image_kernel</pre>
          <p class="note">
            In <code>edges/tinycnn.toml</code>:
          </p>
          <pre>{printProject(rows.value, divisor.value)}</pre>
          <p class="note">Then, with a board or without one:</p>
          <pre>{"tinycnn build edges\ntinycnn validate edges"}</pre>
          <p class="note">
            There are zeros around its images, and of coloured ones all three colours
            are in one sum. How much one step of its bytes is worth is measured on
            images, so that hardly a sum is cut; nothing is added.
          </p>
        </>
      )}
    </details>
  );
}

/** The table of the project file. */
export function printProject(
  kernel: readonly (readonly number[])[],
  by: number,
): string {
  const numbers = kernel.map((row) => `[${row.join(", ")}]`).join(", ");
  return `[model]\nname = "image_kernel"\nkernel = [${numbers}]\ndivisor = ${by}`;
}
