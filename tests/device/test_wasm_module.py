"""WebAssembly that does what no model does: always an error, never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import require_module
from tinycnn.device import open_wasm, wasm_module
from tinycnn.device.wasm_module import WasmModule
from tinycnn.errors import DeviceError, DeviceTimeoutError

WILD = """(module (memory (export "memory") 1)
  (func (export "hang") (loop (br 0)))
  (func (export "fall") (unreachable))
  (func (export "reach") (result i32) (i32.load (i32.const 70000)))
  (func $sink (export "sink") (call $sink))
  (func (export "top") (result i32) (i32.const -16)))"""


def write_module(folder: Path, text: str = WILD) -> Path:
    """A module in the text form of WebAssembly."""
    require_module("wasmtime")
    import wasmtime

    path = folder / "wild.wasm"
    path.write_bytes(wasmtime.wat2wasm(text))
    return path


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        ("hang", "hang did not end within 100,000 steps"),
        ("fall", "fall broke off: .*unreachable"),
        ("reach", "reach broke off: .*out of bounds"),
        ("sink", "sink (broke off: .*stack|did not end)"),
        ("fly", "exports no function 'fly'"),
    ],
)
def test_a_module_that_goes_wrong_is_one_line(
    tmp_path: Path, function: str, problem: str
) -> None:
    """It names the module and the function."""
    module = WasmModule(write_module(tmp_path), fuel=100_000)
    with pytest.raises(DeviceError, match=f"^WebAssembly wild: {problem}") as caught:
        module.call(function)

    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, DeviceTimeoutError) == (
        "did not end" in str(caught.value)
    )


def test_each_call_has_fuel_of_its_own(tmp_path: Path) -> None:
    """After one that ran out, the next begins with a full tank."""
    module = WasmModule(write_module(tmp_path), fuel=1_000)
    for _ in range(2):
        with pytest.raises(DeviceTimeoutError):
            module.call("hang")

    assert module.call("top") == 0xFFFFFFF0


@pytest.mark.parametrize(
    "content",
    [b"", b"\0asm", b"no module", b"\0asm\1\0\0\0"],
    ids=["empty", "torn", "text", "without memory"],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """With what to do about it."""
    require_module("wasmtime")
    (tmp_path / "net.wasm").write_bytes(content)
    with pytest.raises(DeviceError, match="expected a module of tinycnn") as caught:
        open_wasm(tmp_path / "net.wasm")

    assert caught.value.hint == "run tinycnn build again"


def test_a_module_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """It has no link to speak on."""
    with pytest.raises(DeviceError, match="exports no function 'link_in'"):
        open_wasm(write_module(tmp_path))


def test_a_missing_module_is_named(tmp_path: Path) -> None:
    """And the command that makes it."""
    require_module("wasmtime")
    with pytest.raises(Exception, match=r"gone\.wasm") as caught:
        open_wasm(tmp_path / "gone.wasm")

    assert getattr(caught.value, "hint", None) == "run tinycnn build again"


def test_what_runs_modules_may_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The light install has none of it."""
    monkeypatch.setattr(wasm_module, "find_spec", lambda name: None)
    with pytest.raises(DeviceError, match="wasmtime, which runs it, is not") as caught:
        open_wasm(tmp_path / "net.wasm")

    assert caught.value.hint == "pip install 'tinycnn[wasm]'"
