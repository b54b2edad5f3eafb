import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  /** What is in it, for those who come there by keyboard. */
  readonly name: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** What may not fit where it stands: then the keyboard scrolls it, too. */
export function Scroll({ name, class: kind = "", children }: Props) {
  const place = useRef<HTMLElement>(null);
  const [isCut, setCut] = useState(false);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
      setCut(scrollWidth > clientWidth || scrollHeight > clientHeight);
    });
    for (const one of [element, ...element.children]) observer.observe(one);
    return () => observer.disconnect();
  }, []);
  return (
    <section
      class={`scroll ${kind}`}
      aria-label={name}
      ref={place}
      tabIndex={isCut ? 0 : undefined}
    >
      {children}
    </section>
  );
}
