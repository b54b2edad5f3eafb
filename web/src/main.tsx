import "./style/page.css";
import { render } from "preact";
import { App } from "./app";
import { openPage } from "./page/page";

const place = document.getElementById("app");
if (place) {
  openPage().then(
    (page) => render(<App page={page} />, place),
    (error: unknown) => {
      place.textContent = `This page cannot be shown: ${explain(error)}`;
      place.dataset.state = "failed";
    },
  );
}

/** Browsers that lack what the page is packed with cannot even look into it. */
function explain(error: unknown): string {
  const isOld = !("DecompressionStream" in globalThis && "WebAssembly" in globalThis);
  return isOld
    ? "this browser is too old, or forbids WebAssembly. Chrome and Edge 111, Firefox 113, Safari 16.4 and all later ones show it."
    : String(error);
}
