/** A sheet of paper: strokes that can be taken back, and what a sensor sees of it. */
import type { Frame } from "./frame";
import { findInk, type Ink, placeInk, strength } from "./ink";

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Stroke {
  readonly width: number;
  readonly points: Point[];
}

/** Pixels of the longer side: several for each of the model's. */
const SIDE = 280;

export class Sheet {
  readonly width: number;
  readonly height: number;
  private readonly context: CanvasRenderingContext2D;
  private readonly placed: CanvasRenderingContext2D;
  private strokes: Stroke[] = [];

  constructor(
    readonly canvas: HTMLCanvasElement,
    /** Of the model's image. */
    size: readonly [width: number, height: number],
    readonly ink: Ink,
  ) {
    const zoom = SIDE / Math.max(...size);
    this.width = Math.max(1, Math.round(size[0] * zoom));
    this.height = Math.max(1, Math.round(size[1] * zoom));
    this.context = this.open(canvas);
    this.placed = this.open(document.createElement("canvas"));
    this.clear();
  }

  get isEmpty(): boolean {
    return this.strokes.length === 0;
  }

  begin(point: Point, width: number): void {
    this.strokes.push({ width, points: [point] });
    this.draw(point, point, width);
  }

  /** Goes on with the last stroke. */
  move(point: Point): void {
    const stroke = this.strokes.at(-1);
    const last = stroke?.points.at(-1);
    if (!stroke || !last) return;
    stroke.points.push(point);
    this.draw(last, point, stroke.width);
  }

  undo(): void {
    const rest = this.strokes.slice(0, -1);
    this.clear();
    this.strokes = rest;
    for (const { points, width } of rest) {
      points.forEach((point, i) => {
        this.draw(points[i - 1] ?? point, point, width);
      });
    }
  }

  clear(): void {
    this.strokes = [];
    this.wipe(this.context);
  }

  /** The sheet as grey pixels; if it is wished, moved and scaled as the examples. */
  look(isPlaced: boolean): Frame {
    const seen = this.read(this.context);
    if (!isPlaced) return seen;
    const { width, height } = this;
    const ink = (at: number) => strength(seen.bytes[at] ?? 0, this.ink.isBright);
    const box = findInk(ink, width, height);
    if (!box) return seen;
    const { scale, left, top } = placeInk(box, this.ink.share, width, height);
    this.wipe(this.placed);
    this.placed.drawImage(this.canvas, left, top, width * scale, height * scale);
    return this.read(this.placed);
  }

  private open(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    canvas.width = this.width;
    canvas.height = this.height;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("this browser cannot draw");
    context.lineCap = "round";
    context.lineJoin = "round";
    return context;
  }

  private wipe(context: CanvasRenderingContext2D): void {
    context.fillStyle = this.ink.isBright ? "#000" : "#fff";
    context.fillRect(0, 0, this.width, this.height);
  }

  private draw(from: Point, to: Point, width: number): void {
    const { context } = this;
    context.strokeStyle = this.ink.isBright ? "#fff" : "#000";
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }

  private read(context: CanvasRenderingContext2D): Frame {
    const { width, height } = this;
    const { data } = context.getImageData(0, 0, width, height);
    const bytes = new Uint8Array(width * height);
    for (let at = 0; at < bytes.length; at++) bytes[at] = data[4 * at] ?? 0;
    return { width, height, pixels: "grey", bytes };
  }
}
