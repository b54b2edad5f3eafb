"""Run in the environment of onnx2tf: an ONNX file -> `net.tflite` in float32.

Its other files go into a folder of their own; the last line printed is the reason of a
failure.
"""

import contextlib
import shutil
import sys
from pathlib import Path


def main(model: str, folder: str) -> int:
    """Convert `model` by the route that needs no TensorFlow."""
    import onnx2tf  # type: ignore[import-not-found]  # of its own environment

    out = Path(folder, "out")
    try:
        with contextlib.redirect_stdout(sys.stderr):
            onnx2tf.convert(
                input_onnx_file_path=model,
                output_folder_path=str(out),
                tflite_backend="flatbuffer_direct",
                batch_size=1,
                verbosity="error",
            )
        (found,) = out.glob("*_float32.tflite")
    except (Exception, SystemExit) as error:  # it raises and exits as it likes
        reason = " ".join(str(error).split()) or type(error).__name__
        print(f"\n{reason}", file=sys.stderr)
        return 1
    shutil.copy(found, Path(folder, "net.tflite"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
