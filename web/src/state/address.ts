/**
 * What the page shows is in its address, so that a link shows the same.
 *
 * Each part has a name and a usual value, which is left out: `#view=network&image=3`.
 */
import { batch, type Signal, signal } from "@preact/signals";
import { makeSparing } from "./sparing";

const parts = new Map<string, { state: Signal<string>; usual: string }>();
// Browsers refuse, or complain, when a page writes its address at every frame.
const address = makeSparing(write);
let isReading = false;

/** A part of the address that is a text. One name belongs to one caller. */
export function addressedText(name: string, usual: string): Signal<string> {
  const known = parts.get(name);
  if (known) return known.state;
  const state = signal(read().get(name) ?? usual);
  // Called at once, too, when there is nothing to write yet.
  state.subscribe(() => {
    if (!isReading && parts.has(name)) address.ask();
  });
  parts.set(name, { state, usual });
  return state;
}

/** A part of the address of another type; what cannot be parsed is the usual value. */
export function addressed<T>(
  name: string,
  usual: T,
  parse: (text: string) => T | null,
  print: (value: T) => string = String,
): { value: T } {
  const text = addressedText(name, print(usual));
  return {
    get value(): T {
      return parse(text.value) ?? usual;
    },
    set value(value: T) {
      text.value = print(value);
    },
  };
}

/** A whole number from 0, or null. */
export function parseCount(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function read(): URLSearchParams {
  return new URLSearchParams(globalThis.location?.hash.slice(1) ?? "");
}

function write(): void {
  if (!globalThis.location) return;
  const said = read();
  for (const [name, { state, usual }] of parts) {
    if (state.peek() === usual) said.delete(name);
    else said.set(name, state.peek());
  }
  const hash = said.toString();
  const { pathname, search } = window.location;
  window.history.replaceState(null, "", hash ? `#${hash}` : pathname + search);
}

/**
 * Goes where a link of the page leads, `#view=lab`: what it does not name stays as it
 * is, and the way back leads here.
 */
export function follow(link: string): void {
  address.hurry();
  const said = read();
  for (const [name, value] of new URLSearchParams(link.replace(/^#/, ""))) {
    said.set(name, value);
  }
  window.history.pushState(null, "", `#${said}`);
  adopt();
}

function adopt(): void {
  const said = read();
  isReading = true;
  batch(() => {
    for (const [name, { state, usual }] of parts) state.value = said.get(name) ?? usual;
  });
  isReading = false;
}

globalThis.addEventListener?.("hashchange", adopt);
globalThis.addEventListener?.("pagehide", address.hurry);
