"""Run in the environment of PyTorch: an exported program -> `net.tflite` in float32.

The program's images go last in channels. Beside the file, `check.npz` has some images
and what PyTorch gives for them. The last line printed is the reason of a failure.
"""

import contextlib
import sys
from pathlib import Path


def main(model: str, folder: str) -> int:
    """Convert the `.pt2` file `model`."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            _convert(model, Path(folder))
    except (Exception, SystemExit) as error:  # it raises and exits as it likes
        reason = " ".join(str(error).split()) or type(error).__name__
        print(f"\n{type(error).__name__}: {reason}", file=sys.stderr)
        return 1
    return 0


def _convert(model: str, folder: Path) -> None:
    import litert_torch  # type: ignore[import-not-found]  # of its own environment
    import numpy as np
    import torch  # type: ignore[import-not-found]  # of its own environment

    program = torch.export.load(model)
    names = program.graph_signature.user_inputs
    nodes = {node.name: node for node in program.graph.nodes}
    shapes = [tuple(nodes[name].meta["val"].shape) for name in names]
    if len(shapes) != 1 or len(shapes[0]) != 4:
        raise ValueError(f"expected one input of images, 1 x C x H x W, got {shapes}")
    _, channels, height, width = shapes[0]
    if not all(isinstance(n, int) for n in (channels, height, width)):
        raise ValueError(f"expected images of a fixed size, got {shapes[0]}")
    module = program.module()
    images = torch.rand((4, channels, height, width)) * 2 - 1
    with torch.no_grad():
        outputs = torch.stack([module(image[None]) for image in images])
    last = litert_torch.to_channel_last_io(module, args=[0])
    sample = (torch.zeros(1, height, width, channels),)
    litert_torch.convert(last, sample).export(str(folder / "net.tflite"))
    np.savez(
        folder / "check.npz",
        images=images.permute(0, 2, 3, 1).numpy(),
        outputs=outputs.numpy(),
    )


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
