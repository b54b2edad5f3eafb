"""Firmware: C sources -> project folder -> firmware image or host program.

`tinycnn.firmware.frames` adds what a project's app needs, from data sets' arithmetic.
"""

from tinycnn.firmware.arduino import write_arduino_project
from tinycnn.firmware.dialect import dialect_sources
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.host_program import build_host
from tinycnn.firmware.image import FirmwareImage, build_image
from tinycnn.firmware.library import write_library
from tinycnn.firmware.proof import Proof, find_alternative, prove
from tinycnn.firmware.self_test import (
    Pattern,
    SelfTest,
    make_input,
    make_self_test,
)
from tinycnn.firmware.web_assembly import WasmVariant, build_wasm, compile_wasm
from tinycnn.firmware.zephyr import write_zephyr_project
from tinycnn.runtime import firmware_dir

__all__ = [
    "FirmwareImage",
    "FirmwareProject",
    "Pattern",
    "Proof",
    "SelfTest",
    "WasmVariant",
    "build_host",
    "build_image",
    "build_wasm",
    "compile_wasm",
    "dialect_sources",
    "find_alternative",
    "firmware_dir",
    "make_input",
    "make_self_test",
    "prove",
    "write_arduino_project",
    "write_library",
    "write_zephyr_project",
]
