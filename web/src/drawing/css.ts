/** Pixels as CSS writes them. */
export function px(length: number): string {
  return `${length}px`;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A place and a size for an element's style. */
export function boxStyle({ left, top, width, height }: Rect) {
  return { left: px(left), top: px(top), width: px(width), height: px(height) };
}
