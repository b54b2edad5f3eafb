"""LiteRT with a float file of anybody's, in a process of its own with limits.

The interpreter trusts its input and dies on some broken files; here that ends a child,
and the caller gets one line. Run as a program, this module is the child: an archive of
arrays on stdin, another on stdout.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.children import run
from tinycnn.errors import RefusedModelError
from tinycnn.reference.isolated import Limits, limit_process

__all__ = ["FloatRunner", "Look", "look", "ranges"]

_LIMITS = Limits(memory_bytes=8 << 30, cpu_s=600, wall_s=600)
_REFUSED = 3
_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What LiteRT knows of a file.

    Attributes:
        inputs: Tensor ids.
        outputs: Likewise.
        tensors: A table a tensor: name, shape, signature (sizes, -1 where open), dtype,
            scales, zeros, axis.
        values: Of the tensors that were asked for, as far as it has them.
    """

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    tensors: Mapping[int, Mapping[str, Any]]
    values: Mapping[int, NDArray[Any]]


def look(content: bytes, wanted: Iterable[int]) -> Look:
    """Shapes for a batch of one, and the values of constants.

    Args:
        content: A `.tflite`.
        wanted: Tensors that depend on no input.

    Raises:
        RefusedModelError: If LiteRT refuses it.
    """
    numbers = np.array(sorted(wanted), np.int64)
    found = _run_child(content, {"wanted": numbers})
    about = json.loads(found.pop("about").tobytes())
    tensors = {int(number): table for number, table in about["tensors"].items()}
    values = {int(number): value for number, value in found.items()}
    return Look(tuple(about["inputs"]), tuple(about["outputs"]), tensors, values)


def ranges(
    content: bytes, inputs: Sequence[NDArray[np.float32]]
) -> dict[int, tuple[float, float]]:
    """The least and the largest value of each float tensor, over all rows of `inputs`.

    Raises:
        RefusedModelError: If LiteRT fails.
    """
    given = {f"in{i}": x for i, x in enumerate(inputs)}
    found = _run_child(content, {**given, "ranges": np.zeros(0)})
    return {int(n): (float(low), float(high)) for n, low, high in found["ranges"]}


@dataclass(frozen=True, slots=True, eq=False)
class FloatRunner:
    """A float `.tflite` that runs one row of its inputs after the other."""

    content: bytes

    def __call__(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The outputs, a row for each row of `inputs`.

        Raises:
            RefusedModelError: If LiteRT fails.
        """
        found = _run_child(self.content, {f"in{i}": x for i, x in enumerate(inputs)})
        return [found[f"out{i}"] for i in range(len(found))]


def _run_child(
    content: bytes, arrays: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    sent = io.BytesIO()
    np.savez(sent, model=np.frombuffer(content, np.uint8), **arrays)  # type: ignore[arg-type]
    command = [sys.executable, "-m", __name__]
    try:
        done = run(
            command, sent=sent.getvalue(), folder=_PACKAGE, timeout_s=_LIMITS.wall_s
        )
    except subprocess.TimeoutExpired as error:
        text = f"model: LiteRT did not finish in {_LIMITS.wall_s} s"
        raise RefusedModelError(text) from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        is_told = done.returncode == _REFUSED and lines
        why = lines[-1] if is_told else f"it ended with exit code {done.returncode}"
        raise RefusedModelError(f"model: LiteRT refuses it: {why}"[:400])
    with np.load(io.BytesIO(done.stdout)) as found:
        return dict(found)


def _main() -> int:
    """The child."""
    with np.load(io.BytesIO(sys.stdin.buffer.read())) as sent:
        arrays = dict(sent)
    limit_process(_LIMITS.memory_bytes, _LIMITS.cpu_s)
    content = arrays.pop("model").tobytes()
    wanted, is_range = arrays.pop("wanted", None), arrays.pop("ranges", None)
    rows = zip(*arrays.values(), strict=True)
    try:
        if wanted is not None:
            found = _describe(content, [int(n) for n in wanted])
        else:
            found = (_invoke if is_range is None else _measure)(_load(content), rows)
    except (ValueError, RuntimeError, MemoryError) as error:
        sys.stderr.write(f"\n{' '.join(str(error).split()) or 'out of memory'}\n")
        return _REFUSED
    out = io.BytesIO()
    np.savez(out, **found)  # type: ignore[arg-type]
    sys.stdout.buffer.write(out.getvalue())
    return 0


def _load(content: bytes) -> Any:
    from ai_edge_litert import interpreter

    kernels = interpreter.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    found = interpreter.Interpreter(
        model_content=content,
        experimental_op_resolver_type=kernels,
        experimental_preserve_all_tensors=True,
        num_threads=1,
    )
    found.allocate_tensors()
    return found


def _invoke(
    runner: Any, rows: Iterable[Sequence[NDArray[Any]]]
) -> dict[str, NDArray[Any]]:
    details = runner.get_output_details()
    found = []
    for row in rows:
        _run_row(runner, row)
        found.append([runner.get_tensor(d["index"]) for d in details])
    outputs = zip(*found, strict=True)
    return {f"out{i}": np.stack(values) for i, values in enumerate(outputs)}


def _measure(
    runner: Any, rows: Iterable[Sequence[NDArray[Any]]]
) -> dict[str, NDArray[Any]]:
    found: dict[int, tuple[float, float]] = {}
    for row in rows:
        _run_row(runner, row)
        for detail in runner.get_tensor_details():
            if detail["dtype"] is np.float32:
                number = int(detail["index"])
                try:
                    value = runner.get_tensor(number)
                except ValueError:  # of an operator that was not run
                    continue
                if value.size:
                    low, high = found.get(number, (np.inf, -np.inf))
                    low, high = min(low, value.min()), max(high, value.max())
                    found[number] = float(low), float(high)
    return {"ranges": np.array([(n, *limits) for n, limits in found.items()])}


def _run_row(runner: Any, row: Sequence[NDArray[Any]]) -> None:
    for detail, value in zip(runner.get_input_details(), row, strict=True):
        given = value.reshape(detail["shape"]).astype(detail["dtype"])
        runner.set_tensor(detail["index"], given)
    runner.invoke()


def _describe(content: bytes, wanted: list[int]) -> dict[str, NDArray[Any]]:
    runner = _load(content)
    inputs, outputs = runner.get_input_details(), runner.get_output_details()
    for detail in inputs:
        if detail["dtype"] is not np.bytes_:
            zeros = np.zeros(detail["shape"], detail["dtype"])
            runner.set_tensor(detail["index"], zeros)
    runner.invoke()  # shapes that are computed are known now
    details = [d for d in runner.get_tensor_details() if d["dtype"] is not np.bytes_]
    values = {}
    for number in wanted:
        try:
            value = runner.get_tensor(number)
        except ValueError:  # of an operator that was not run
            continue
        if value.dtype.kind in "fiub":
            values[str(number)] = value
    about = {
        "inputs": [int(d["index"]) for d in inputs],
        "outputs": [int(d["index"]) for d in outputs],
        "tensors": {int(d["index"]): _table(d) for d in details},
    }
    return {"about": np.frombuffer(json.dumps(about).encode(), np.uint8), **values}


def _table(detail: dict[str, Any]) -> dict[str, Any]:
    quant = detail["quantization_parameters"]
    return {
        "name": detail["name"],
        "shape": [int(n) for n in detail["shape"]],
        "signature": [int(n) for n in detail["shape_signature"]],
        "dtype": np.dtype(detail["dtype"]).name,
        "scales": [float(x) for x in quant["scales"]],
        "zeros": [int(x) for x in quant["zero_points"]],
        "axis": int(quant["quantized_dimension"]),
    }


if __name__ == "__main__":
    raise SystemExit(_main())
