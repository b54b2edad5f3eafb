"""What projects, commands and stages let one choose, each by one set of names."""

from __future__ import annotations

from typing import Literal

__all__ = ["Arrival", "CompileTarget", "DeviceKind", "Dialect", "Engine", "Family"]
__all__ += ["Framework", "ImageOrder", "Numerics", "Optimize", "Targets"]
__all__ += ["Toolchain"]

Arrival = Literal["whole", "rows"]
"""How a model's input comes: into its place in the arena, or row by row."""

CompileTarget = Literal["c", "wasm"]
"""What a model is compiled to."""

DeviceKind = Literal["sim", "host", "wasm", "wasm-mvp"]
"""What runs a model here: the simulated board; the generated C as a program of this
computer, or as WebAssembly with vectors of 128 bits, or without (its first version)."""

Dialect = Literal["packets", "mlperf", "mlperf-pixels"]
"""What firmware speaks on its link: tinycnn's packets, or the text of the MLPerf Tiny
runner, which loads a model's int8 inputs as they are, or as unsigned pixels."""

Engine = Literal["compiled", "tflm"]
"""What runs a model on a device: C compiled from it, or TFLite Micro."""

Family = Literal["dsp", "mul"]
"""Which kernels a core has beside portable C: those for a Cortex-M with DSP
instructions, or for cores with a fast multiplication and no more."""

Framework = Literal["arduino", "zephyr", "platformio", "esp-idf", "pico-sdk"]
"""What a firmware project is made for."""

ImageOrder = Literal["risk", "random", "given"]
"""Which test images are tried first: the unsure ones, any, or those of the data set."""

Numerics = Literal["litert", "tflm"]
"""Whose arithmetic is equalled: LiteRT's BUILTIN_REF kernels, or TFLite Micro's."""

Optimize = Literal["speed", "size", "ram"]
"""What kernels are chosen by on a core that some are for."""

Targets = Literal["classification", "multi-label", "regression", "segmentation"]
"""What labels are for: one class an image, any of several, numbers to compute, or a
class for each cell of a grid."""

Toolchain = Literal["zig", "arm-none-eabi-gcc"]
"""What builds an image of the simulated board."""
