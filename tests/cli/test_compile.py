"""`tinycnn compile` claims what it checked, and says so where it could not."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import residual_model
from tests.compiler.tflite_builder import ModelBuilder
from tests.conftest import require_module
from tinycnn.compiler import compile_tflite
from tinycnn.firmware import prove
from tinycnn.reference import litert

AXIS = "tensor 3: quantized_dimension must be in range [0, 1). Was 3"
ZERO_POINT = "op 0 (LOGISTIC): output->params.zero_point != "


def dense_model(*, bias: int = 0, axis: int = 0, bias_scale: float = 0.001) -> bytes:
    """A dense layer of two channels."""
    b, channels = ModelBuilder(), 2 if axis else 1
    x, y = b.tensor((1, 4), scale=0.1), b.tensor((1, 2), scale=0.01)
    weights, many = np.ones((2, 4), np.int8), np.full(channels, 1)
    w = b.tensor((2, 4), scale=0.01 * many, data=weights)
    values = np.full(2, bias, np.int32)
    s = b.tensor((2,), "int32", scale=bias_scale * many, data=values, axis=axis)
    b.op("FULLY_CONNECTED", [x, w, s], [y])
    return b.build([x], [y])


def sigmoid_model() -> bytes:
    """Its zero point is not the one that TFLite Micro asks for."""
    b = ModelBuilder()
    x, y = b.tensor((1, 4), scale=0.1), b.tensor((1, 4), scale=1 / 256, zero_point=3)
    b.op("LOGISTIC", [x], [y])
    return b.build([x], [y])


def write(folder: Path, content: bytes) -> tuple[str, ...]:
    """Writes net.tflite; the command that compiles it."""
    (folder / "net.tflite").write_bytes(content)
    return ("compile", "net.tflite", "-o", "net")


def manual(folder: Path) -> str:
    """net_model.h without the ends of its lines."""
    return " ".join((folder / "net/net_model.h").read_text().replace(" *", "").split())


def test_what_was_run_and_compared_is_proven(tmp_path: Path) -> None:
    """On the terminal, in the manual and in the README: on what, by what."""
    command = write(tmp_path, residual_model())
    done = tinycnn(*command, "--strict", cwd=tmp_path)

    said = "PROVEN: 64 of 64 output bytes of 4 inputs equal ai-edge-litert "
    assert done.returncode == 0, done.stderr
    for text in (
        done.stdout,
        manual(tmp_path),
        (tmp_path / "net/README.md").read_text(),
    ):
        assert said in text
        assert "; the C was built with " in text


def test_json_tells_the_proof(tmp_path: Path) -> None:
    """Numbers instead of a sentence."""
    done = tinycnn(*write(tmp_path, dense_model()), "--json", cwd=tmp_path)
    proof = json.loads(done.stdout)["proof"]

    assert proof["verdict"] == "PROVEN"
    assert (proof["vectors"], proof["output_bytes"], proof["different"]) == (4, 8, 0)
    assert proof["reference"].startswith("ai-edge-litert ")
    assert proof["compiler"] in ("zig cc", "cc", "gcc", "clang")
    assert proof["reason"] == ""


def test_what_the_reference_refuses_is_unproven(tmp_path: Path) -> None:
    """Everywhere, with what is wrong; the reference that does take it was tried."""
    require_module("tflite_micro")
    command = write(tmp_path, dense_model(axis=3))
    done = tinycnn(*command, cwd=tmp_path)
    strict = tinycnn(*command, "--strict", "--json", cwd=tmp_path)
    proven = tinycnn(*command, "--strict", "--numerics", "tflm", cwd=tmp_path)

    assert (done.returncode, strict.returncode, proven.returncode) == (0, 1, 0)
    said = f"UNPROVEN: net.tflite: ai-edge-litert refuses the model: {AXIS}"
    assert said in done.stdout
    assert "hint: --numerics tflm: tflite-micro " in done.stderr
    assert done.stderr.rstrip().endswith("takes it (tried here)")
    proof = json.loads(strict.stdout)["proof"]
    assert (proof["verdict"], proof["alternative"]) == ("UNPROVEN", "tflm")
    assert len(proof["reason"]) <= 200
    assert " PROVEN: " in proven.stdout


def test_tflite_micro_may_be_the_one_that_refuses(tmp_path: Path) -> None:
    """What it prints beside its error is the reason."""
    require_module("tflite_micro")
    command = (*write(tmp_path, sigmoid_model()), "--numerics", "tflm")
    done = tinycnn(*command, cwd=tmp_path)

    assert done.returncode == 0
    assert f"UNPROVEN: net.tflite: tflite-micro refuses the model: {ZERO_POINT}" in (
        manual(tmp_path)
    )
    assert "hint: --numerics litert: " in done.stderr
    assert not (tmp_path / "net/net_self_test.c").exists()
    readme = (tmp_path / "net/README.md").read_text()
    assert "UNPROVEN" in readme
    assert "self-test" not in readme


def test_no_reference_is_offered_where_none_takes_it(tmp_path: Path) -> None:
    """A bias of another scale than its layer's is refused by both."""
    done = tinycnn(*write(tmp_path, dense_model(bias_scale=0.1)), cwd=tmp_path)

    assert "UNPROVEN: " in done.stdout
    assert "op 0 (FULLY_CONNECTED): scale_diff / output_scale <= 0.02" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("numerics", ["litert", "tflm"])
def test_a_reference_that_is_not_installed_is_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numerics: str
) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, "tflite_micro", None)
    monkeypatch.setattr(litert, "_PACKAGES", ())
    litert._find_package.cache_clear()
    command = (*write(tmp_path, dense_model()), "--numerics", numerics, "--strict")
    done = tinycnn(*command, cwd=tmp_path)
    litert._find_package.cache_clear()

    assert done.returncode == 1
    assert "UNPROVEN: " in done.stdout
    assert "installed; pip install " in done.stdout
    assert "UNPROVEN: " in manual(tmp_path)


def test_without_a_compiler_nothing_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The self-test is there for another computer; here it was not run."""
    monkeypatch.setitem(sys.modules, "ziglang", None)
    monkeypatch.setenv("PATH", "")
    done = tinycnn(*write(tmp_path, dense_model()), "--strict", cwd=tmp_path)

    assert done.returncode == 1
    said = "UNPROVEN: not run here: no C compiler: expected zig, cc, gcc or clang; pip"
    assert said in done.stdout
    assert said in manual(tmp_path)
    assert (tmp_path / "net/net_self_test.c").exists()


def test_other_outputs_than_the_reference_s_are_wrong(tmp_path: Path) -> None:
    """Compared with the reference of another model, the bytes differ."""
    path = tmp_path / "other.tflite"
    path.write_bytes(dense_model(bias=300))
    compilation = compile_tflite(dense_model(), name="net")
    proof, _ = prove(compilation, path, path.read_bytes())

    assert proof.verdict == "WRONG"
    assert str(proof).startswith("WRONG: ")


def test_a_reference_that_ends_is_a_reason(tmp_path: Path) -> None:
    """Whatever it died of: there is nothing to compare with."""
    content = dense_model()
    compilation = compile_tflite(content, name="net")
    proof, self_test = prove(compilation, tmp_path / "gone.tflite", content)

    assert self_test is None
    assert str(proof) == (
        "UNPROVEN: gone.tflite: the litert reference ended with exit code 1"
    )
