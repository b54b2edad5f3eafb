"""What is called too often for Python: hooks.c, compiled, and put between by ctypes.

It is compiled at first use into the user's cache. Registers of peripherals stay in
Python, but are called without the emulator's own wrapper, which takes longer than they.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import unicorn
from platformdirs import user_cache_path
from unicorn import arm_const
from unicorn.unicorn_py3.unicorn import uclib

__all__ = ["Core", "add_hook", "clear_it_state", "core", "load_hooks", "map_registers"]

_log = logging.getLogger(__name__)

_IT_STATE = 0x0600_FC00  # of the program status register


class Core(ctypes.Structure):
    """How to forget the IT state, in C."""

    _fields_ = (
        ("read_register", ctypes.c_void_p),
        ("write_register", ctypes.c_void_p),
        ("status", ctypes.c_uint32),
        ("it_state", ctypes.c_uint32),
    )


# uc_hook_add, of which unicorn's own prototype admits Python callbacks only.
_AddHook = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_size_t),
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_uint64,
    ctypes.c_uint64,
)
_Read = ctypes.CFUNCTYPE(
    ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_void_p
)
_Write = ctypes.CFUNCTYPE(
    None,
    ctypes.c_void_p,
    ctypes.c_uint64,
    ctypes.c_uint,
    ctypes.c_uint64,
    ctypes.c_void_p,
)
Read = Callable[[Any, int, int, Any], int]
Write = Callable[[Any, int, int, int, Any], None]


def core(emulator: Any) -> Core:
    """How to forget the IT state, in C; other architectures than ARM have none."""
    return Core(
        ctypes.cast(uclib.uc_reg_read, ctypes.c_void_p),
        ctypes.cast(uclib.uc_reg_write, ctypes.c_void_p),
        arm_const.UC_ARM_REG_XPSR,
        _it_state(emulator),
    )


def _it_state(emulator: Any) -> int:
    is_arm = emulator.ctl_get_arch() == unicorn.UC_ARCH_ARM
    return _IT_STATE if is_arm else 0


def clear_it_state(emulator: Any) -> None:
    """Forget the IT state that the emulator wrote to the core for a load or store.

    It must be clear inside a basic block: what follows would become conditional.
    """
    if not _it_state(emulator):
        return
    state = emulator.reg_read(arm_const.UC_ARM_REG_XPSR)
    if state & _IT_STATE:
        emulator.reg_write(arm_const.UC_ARM_REG_XPSR, state & ~_IT_STATE)


def add_hook(
    emulator: Any,
    data: ctypes.Structure,
    kind: int,
    function: Any,
    span: tuple[int, int] = (1, 0),
) -> None:
    """Call a compiled function for what happens in a span; all of it if it is empty."""
    status = _AddHook(ctypes.cast(uclib.uc_hook_add, ctypes.c_void_p).value or 0)(
        emulator._uch,
        ctypes.byref(ctypes.c_size_t()),
        kind,
        ctypes.cast(function, ctypes.c_void_p),
        ctypes.addressof(data),
        *span,
    )
    _check(status)


def map_registers(
    emulator: Any, base: int, size: int, read: Read, write: Write
) -> object:
    """Let two functions be the registers from `base` on; they must not raise.

    What is returned is to be kept as long as the emulator.
    """
    callbacks = _Read(read), _Write(write)
    pointers = [ctypes.cast(callback, ctypes.c_void_p) for callback in callbacks]
    handle = emulator._uch
    _check(uclib.uc_mmio_map(handle, base, size, pointers[0], 0, pointers[1], 0))
    return callbacks


def _check(status: int) -> None:
    if status != unicorn.UC_ERR_OK:
        raise unicorn.UcError(status)


def load_hooks() -> ctypes.CDLL | None:
    """hooks.c as a library, or None when there is no way to build or load it."""
    source = files(__package__).joinpath("hooks.c").read_bytes()
    key = hashlib.sha256(
        source + (sys.platform + platform.machine()).encode()
    ).hexdigest()[:16]
    suffix = ".dll" if sys.platform == "win32" else ".so"
    library = user_cache_path("tinycnn") / "simulator" / f"hooks-{key}{suffix}"
    try:
        if not library.exists():
            _build(source, library)
        return ctypes.CDLL(str(library))
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("counting in Python, about 100 times slower: %s", error)
        return None


def _build(source: bytes, library: Path) -> None:
    library.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        (Path(folder) / "hooks.c").write_bytes(source)
        command = [sys.executable, "-m", "ziglang", "cc", "-shared", "-O2", "-fPIC"]
        command += ["-mcpu=baseline", "-fno-sanitize=undefined"]
        command += ["-o", library.name, "hooks.c"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        os.replace(Path(folder) / library.name, library)
