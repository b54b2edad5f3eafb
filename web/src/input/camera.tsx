import "./camera.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { describeWay, type Shower } from "./own";

type State = "starting" | "running" | "refused" | "missing";

/** The computer's camera in the place of the board's: every frame is shown. */
export function Camera({ shower }: { shower: Shower }) {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<State>("starting");
  const [isMirrored, setMirrored] = useState(true);
  const [isPaused, setPaused] = useState(false);

  useEffect(() => {
    const source = openCamera(video.current, setState);
    return () => void source.then((stream) => stop(stream));
  }, []);
  useEffect(() => {
    if (state !== "running" || isPaused || !video.current) return undefined;
    return watch(video.current, isMirrored, (pixels) =>
      shower.showImage(pixels, "camera"),
    );
  }, [state, isPaused, isMirrored, shower]);

  return (
    <div class="camera">
      <video
        ref={video}
        class={isMirrored ? "mirrored" : undefined}
        muted
        playsInline
        aria-label="What the camera sees"
        hidden={state !== "running"}
      />
      <p class="note" role="status">
        {WORDS[state] || `Each frame is ${describeWay(shower.preprocessor)}`}
      </p>
      {state === "running" ? (
        <div class="line">
          <button
            type="button"
            aria-pressed={isPaused}
            onClick={() => {
              if (isPaused) void video.current?.play();
              else video.current?.pause();
              setPaused(!isPaused);
            }}
          >
            {isPaused ? "Go on" : "Pause"}
          </button>
          <label>
            <input
              type="checkbox"
              checked={isMirrored}
              onChange={(event) => setMirrored(event.currentTarget.checked)}
            />{" "}
            Mirrored
          </label>
        </div>
      ) : null}
    </div>
  );
}

const WORDS: Readonly<Record<State, string>> = {
  starting: "The browser asks whether this page may use the camera.",
  running: "",
  refused: "There is no camera, or the browser does not let this page use it.",
  missing:
    "Browsers give a camera only to pages with an address: tinycnn explain --serve.",
};

async function openCamera(
  video: HTMLVideoElement | null,
  tell: (state: State) => void,
): Promise<MediaStream | null> {
  if (!navigator.mediaDevices || !video) {
    tell("missing");
    return null;
  }
  try {
    const size = { width: { ideal: 320 }, height: { ideal: 240 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video: size });
    video.srcObject = stream;
    await video.play();
    tell("running");
    return stream;
  } catch {
    tell("refused");
    return null;
  }
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Calls `see` with the video's pixels, once a frame; the result ends that. */
function watch(
  video: HTMLVideoElement,
  isMirrored: boolean,
  see: (pixels: ImageData) => void,
): () => void {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let request = 0;
  const look = () => {
    request = requestAnimationFrame(look);
    const { videoWidth: width, videoHeight: height } = video;
    if (!context || width === 0) return;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.setTransform(isMirrored ? -1 : 1, 0, 0, 1, isMirrored ? width : 0, 0);
    context.drawImage(video, 0, 0);
    see(context.getImageData(0, 0, width, height));
  };
  look();
  return () => cancelAnimationFrame(request);
}
