import "./course.css";
import chapters from "course:chapters";
import { useEffect, useRef } from "preact/hooks";
import { addressedText } from "../state/address";
import type { Subject } from "../views";
import { Companion } from "./companion";

const chapter = addressedText("chapter", "pixels");

/** Ten short chapters; what they name in the page is a click away. */
export function CourseView({ page: { exhibit }, live }: Subject) {
  const place = chapters.findIndex((one) => one.id === chapter.value);
  const current = chapters[Math.max(place, 0)];
  const next = chapters[Math.max(place, 0) + 1];
  const text = useRef<HTMLElement>(null);
  const shown = useRef(current);
  useEffect(() => {
    if (shown.current !== current) text.current?.scrollIntoView();
    shown.current = current;
  }, [current]);
  if (!current) return null;
  return (
    <div class="course">
      <nav aria-label="Chapters">
        <ol>
          {chapters.map((one) => (
            <li key={one.id}>
              <a
                href={`#view=course&chapter=${one.id}`}
                aria-current={one === current ? "page" : undefined}
              >
                {one.title}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <article ref={text}>
        <div class="chapter" dangerouslySetInnerHTML={{ __html: current.html }} />
        {next ? (
          <p class="next">
            <a href={`#view=course&chapter=${next.id}`}>Next: {next.title} →</a>
          </p>
        ) : null}
      </article>
      {exhibit && live ? (
        <Companion chapter={current.id} exhibit={exhibit} live={live} />
      ) : null}
    </div>
  );
}
