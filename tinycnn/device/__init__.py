"""Devices: live handles to a model in a process, a simulator or on a board.

Above `Device` nothing knows which of them it talks to; below it everything is the
protocol of `firmware/include/tcnn/harness.h` over some byte stream.
"""

from tinycnn.device.counters import Counters
from tinycnn.device.device import Device
from tinycnn.device.hello import DeviceInfo, Foreign, TensorInfo
from tinycnn.device.inference import Inference, Preprocessing
from tinycnn.device.link import Link
from tinycnn.device.opening import (
    USUAL_OPTIONS,
    PortOptions,
    has_simulator,
    open_host,
    open_serial,
    open_simulated,
    open_wasm,
    start_simulator,
)
from tinycnn.device.patient import PatientDevice
from tinycnn.device.payloads import StepRun
from tinycnn.device.status import DeviceStatus, StatusAction
from tinycnn.device.text import TextDevice, TextModel

__all__ = [
    "USUAL_OPTIONS",
    "Counters",
    "Device",
    "DeviceInfo",
    "DeviceStatus",
    "Foreign",
    "Inference",
    "Link",
    "PatientDevice",
    "PortOptions",
    "Preprocessing",
    "StatusAction",
    "StepRun",
    "TensorInfo",
    "TextDevice",
    "TextModel",
    "has_simulator",
    "open_host",
    "open_serial",
    "open_simulated",
    "open_wasm",
    "start_simulator",
]
