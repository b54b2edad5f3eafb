"""What writes a firmware project for each framework; all are called alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tinycnn.choices import Framework
from tinycnn.firmware.arduino import write_arduino_project
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.layouts import ESP_IDF, PICO_SDK, PLATFORMIO
from tinycnn.firmware.zephyr import write_zephyr_project

__all__ = ["WRITERS"]

WRITERS: Mapping[Framework, Callable[..., FirmwareProject]] = MappingProxyType(
    {
        "arduino": write_arduino_project,
        "zephyr": write_zephyr_project,
        **{layout.framework: layout for layout in (PLATFORMIO, ESP_IDF, PICO_SDK)},
    }
)
"""By framework; `write_arduino_project` says what they take."""
