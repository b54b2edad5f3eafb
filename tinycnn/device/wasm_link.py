"""A link to a model in WebAssembly: what is sent is served before `write` returns."""

from __future__ import annotations

import time
from pathlib import Path

from tinycnn.device.wasm_module import WasmModule

__all__ = ["WasmLink"]

# More than any computer does, so that a call is given up late, not early.
_STEPS_PER_SECOND = 5_000_000_000
_LONGEST_REST_S = 0.01


class WasmLink:
    """A module that speaks the protocol, or a dialect.

    Args:
        path: The `.wasm` file.
        timeout_s: How long one image may take, on a computer that is fast.

    Raises:
        DeviceError: If it cannot be run.
    """

    def __init__(self, path: Path, *, timeout_s: float) -> None:
        self._module = WasmModule(path, fuel=int(timeout_s * _STEPS_PER_SECOND))
        self.name = self._module.name
        self._in = self._module.call("link_in")
        self._out = self._module.call("link_out")
        self._most = self._module.call("link_in_bytes")
        self._said = bytearray()

    def write(self, data: bytes) -> None:
        """Send `data` and have it served; see `Link`."""
        for start in range(0, len(data), self._most):
            self._serve(data[start : start + self._most])

    def read(self, timeout_s: float) -> bytes:
        """What was answered; see `Link`."""
        if not self._said:
            self._serve(b"")
        if not self._said:
            time.sleep(min(timeout_s, _LONGEST_REST_S))
        said, self._said = bytes(self._said), bytearray()
        return said

    def close(self) -> None:
        """Nothing is left open."""

    def _serve(self, data: bytes) -> None:
        if data:
            self._module.write(self._in, data)
        micros = time.monotonic_ns() // 1000 & 0xFFFFFFFF
        size = self._module.call("link_serve", len(data), micros)
        self._said += self._module.read(self._out, size)
