"""A model's WebAssembly in this process: its exports as Python calls, its memory.

Whatever goes wrong in it stays in it: a module has no imports, its memory has bounds,
and each call has so much fuel, which an instruction takes about one of.
`firmware/ports/wasm/wasm_module.h` is the manual of the exports.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tinycnn.errors import DeviceError, DeviceTimeoutError
from tinycnn.files import read_whole

__all__ = ["WasmModule"]

_AGAIN = "run tinycnn build again"
_LAST_ADDRESS = 0xFFFFFFFF
_OUT_OF_FUEL = "fuel"  # in wasmtime's words


class WasmModule:
    """A module that was instantiated.

    Args:
        path: The `.wasm` file.
        fuel: Of each call.

    Raises:
        DeviceError: If wasmtime is not installed, or the file is no such module.
    """

    def __init__(self, path: Path, *, fuel: int) -> None:
        self.name = f"WebAssembly {path.stem}"
        self._fuel = fuel
        if find_spec("wasmtime") is None:
            text = f"{self.name}: wasmtime, which runs it, is not installed"
            raise DeviceError(text, hint="pip install 'tinycnn[wasm]'")
        import wasmtime

        content = read_whole(path, hint=_AGAIN)
        config = wasmtime.Config()
        config.consume_fuel = True
        engine = wasmtime.Engine(config)
        self._store: Any = wasmtime.Store(engine)
        self._store.set_fuel(fuel)
        self._trap: Any = wasmtime.Trap
        try:
            module = wasmtime.Module(engine, content)
            instance = wasmtime.Instance(self._store, module, [])
            self._exports: Any = instance.exports(self._store)
            self._memory: Any = self._exports["memory"]
        except (wasmtime.WasmtimeError, wasmtime.Trap, KeyError) as error:
            text = f"{self.name}: expected a module of tinycnn: {_first_line(error)}"
            raise DeviceError(text, hint=_AGAIN) from error

    def call(self, function: str, *arguments: int) -> int:
        """What an exported function returns, as an unsigned number; 0 for nothing.

        Raises:
            DeviceTimeoutError: If it takes more than the fuel of a call.
            DeviceError: If it does what no module may, or is not there.
        """
        self._store.set_fuel(self._fuel)
        try:
            found = self._exports[function](self._store, *map(_signed, arguments))
        except self._trap as error:
            raise self._obituary(function, error) from error
        except KeyError as error:
            text = f"{self.name}: exports no function '{function}'"
            raise DeviceError(text, hint=_AGAIN) from error
        return (found or 0) & _LAST_ADDRESS

    def address(self, constant: str) -> int:
        """Where an exported constant lies.

        Raises:
            KeyError: If there is none of the name.
        """
        return int(self._exports[constant].value(self._store))

    def read(self, address: int, size: int) -> bytes:
        """Bytes of its memory."""
        return bytes(self._memory.read(self._store, address, address + size))

    def write(self, address: int, data: bytes) -> None:
        """Put bytes into its memory."""
        self._memory.write(self._store, data, address)

    def _obituary(self, function: str, error: Exception) -> DeviceError:
        text = _first_line(error)
        if _OUT_OF_FUEL in text:
            text = f"{self.name}: {function} did not end within {self._fuel:,} steps"
            return DeviceTimeoutError(text, hint="give it longer with --timeout")
        return DeviceError(f"{self.name}: {function} broke off: {text}", hint=_AGAIN)


def _signed(value: int) -> int:
    """The 32 bits as wasmtime takes them."""
    return value - (1 << 32) if value > 0x7FFFFFFF else value


def _first_line(error: Exception) -> str:
    """What went wrong, without the module's call stack."""
    if isinstance(error, KeyError):
        return f"exports no {error}"
    message = str(getattr(error, "message", error))
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
