import "./style/page.css";
import { render } from "preact";
import { App } from "./app";
import { openPage } from "./page/page";

const place = document.getElementById("app");
if (place) {
  openPage().then(
    (page) => render(<App page={page} />, place),
    (error: unknown) => {
      place.textContent = `This page cannot be shown: ${String(error)}`;
      place.dataset.state = "failed";
    },
  );
}
