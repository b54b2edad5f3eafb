import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Page } from "./page/page";
import { follow } from "./state/address";
import { makeLive } from "./state/live";
import { view } from "./state/selection";
import { Summary } from "./summary/summary";
import { type Subject, VIEWS } from "./views";

/** The whole page: what it is of, its own proof, and one of its views. */
export function App({ page }: { page: Page }) {
  const subject: Subject = useMemo(
    () => ({ page, live: page.exhibit ? makeLive(page.exhibit) : null }),
    [page],
  );
  useEffect(() => {
    document.addEventListener("click", followLink);
    return () => document.removeEventListener("click", followLink);
  }, []);
  const offered = VIEWS.filter((one) => one.isFor(page));
  const current = offered.find((one) => one.id === view.value) ?? offered[0];
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => bringToMiddle(tabs.current), [current]);
  return (
    <>
      <Summary page={page} />
      <nav class="tabs" aria-label="Views" ref={tabs}>
        {offered.map((one) => (
          <a
            key={one.id}
            href={`#view=${one.id}`}
            aria-current={one === current ? "page" : undefined}
          >
            {one.title}
          </a>
        ))}
      </nav>
      <main id="main">{current ? <current.Body {...subject} /> : null}</main>
      <footer>
        Written by {page.facts.generator}. This page needs no network: all that it shows
        is computed here.
      </footer>
    </>
  );
}

/** Scrolls tabs for which there is no room to the one that is chosen. */
function bringToMiddle(tabs: HTMLElement | null): void {
  const chosen = tabs?.querySelector<HTMLElement>("[aria-current]");
  if (!tabs || !chosen) return;
  tabs.scrollLeft = chosen.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
}

/** A link within the page changes what it names, and nothing else. */
function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const address = link?.getAttribute("href");
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!address?.startsWith("#") || !isPlain) return;
  event.preventDefault();
  follow(address);
}
