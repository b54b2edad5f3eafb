import type { Second } from "./second";

/** Which network answers beside the page's own, or how to get one. */
export function SecondNote({ second }: { second: Second | null }) {
  if (!second) {
    return (
      <p class="note">
        To see one that has, beside this one: in a copy of the project set{" "}
        <code>{"augment = {rotate = 30, zoom = 0.2, shear = 20, shift = 0.15}"}</code>{" "}
        in <code>[training]</code>, build it, and write the page with{" "}
        <code>tinycnn explain PROJECT --beside COPY</code>.
      </p>
    );
  }
  const { title, trained, own_trained, proof } = second;
  const { equal, total } = proof;
  return (
    <p class="note">
      {own_trained === null ? null : (
        <>This network learned with {tell(own_trained)}. </>
      )}
      Beside it: <b>{title}</b>
      {trained === null ? null : <>, which learned with {tell(trained)}</>}.{" "}
      <span class={equal === total ? "good" : "bad"}>
        {equal === total ? "✓" : "✗"} {equal} of {total} of its outputs equal to the
        reference
      </span>
      .
    </p>
  );
}

/** How images were varied: `augment` in tinycnn.toml. */
function tell(augmentation: string) {
  return augmentation === "nothing" ? (
    "images as they are"
  ) : (
    <>
      images varied anew each time (<code>{augmentation}</code>)
    </>
  );
}
