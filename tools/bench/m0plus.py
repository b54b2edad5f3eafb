"""Compile networks of the benchmark for a Cortex-M0+, and count what they take there.

The core is emulated, its output compared with the reference's. Cycles are those of the
Technical Reference Manual of ARM's Cortex-M0+, with its fast multiplier and memories
that never wait: 2 for a load, a store or a branch that is taken, 1 beside one for each
register of LDM, STM, PUSH and POP, 1 for others. Run from the repository's root:

    python -m tools.bench.m0plus KWS AD
    python -m tools.bench.m0plus --portable --compiler "gcc -Os"

Exit codes: 0 measured, 1 an output is not the reference's, 3 any error.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import unicorn
from elftools.elf.elffile import ELFFile
from numpy.typing import NDArray
from unicorn import arm_const

from tinycnn.compiler import Objective, compile_tflite
from tinycnn.firmware import Pattern, make_input
from tinycnn.simulator.counter import Counter, attach_counter
from tinycnn.simulator.cycles import Timings, block_cost
from tinycnn.simulator.native import load_hooks
from tools.bench.image import COMPILERS, NAME, build_bare_image
from tools.bench.measure import run_reference
from tools.bench.record import NETWORKS, load_network

__all__ = ["CORTEX_M0PLUS", "count_cycles", "main"]

CORTEX_M0PLUS = Timings(
    load_pipelined=2, store=2, store_indexed=2, refill=1, special_register=3
)
# Bosch HALE in MLPerf Tiny 1.2 on an STM32G0B1: latency times clock, in millions.
_PUBLISHED = MappingProxyType({"KWS": 30.4, "IC": 97.4, "VWW": 90.5, "AD": 2.62})
_GUARD_BYTES = 16  # before the arena
_FLASH, _RAM, _MEMORY_BYTES = 0, 0x2000_0000, 1 << 23


def count_cycles(elf: Path, output: range) -> tuple[int, bytes]:
    """Cycles of the inference in a bare image, and the bytes at `output` after it."""
    with elf.open("rb") as file:
        image = ELFFile(file)
        segments = [(s["p_paddr"], s.data()) for s in image.iter_segments("PT_LOAD")]
        table = image.get_section_by_name(".symtab")
        places = {s.name: s["st_value"] & ~1 for s in table.iter_symbols()}
    emulator = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
    emulator.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M0)
    for base in (_FLASH, _RAM):
        emulator.mem_map(base, _MEMORY_BYTES)
    for address, data in segments:
        emulator.mem_write(address, data)
    counter: Counter = attach_counter(
        emulator,
        code=range(_FLASH, _FLASH + _MEMORY_BYTES),
        start=places["reset"],
        cost=lambda code, address: block_cost(code, address, CORTEX_M0PLUS),
        timings=CORTEX_M0PLUS,
        library=load_hooks(),
    )
    vectors = np.frombuffer(bytes(emulator.mem_read(_FLASH, 8)), "<u4")
    emulator.reg_write(arm_const.UC_ARM_REG_SP, int(vectors[0]))
    emulator.emu_start(places["reset"] | 1, places["marker_start"])
    before = counter.cycles
    emulator.emu_start(places["marker_start"] | 1, places["marker_stop"])
    arena = places[f"{NAME}_memory"] + _GUARD_BYTES + output.start
    return counter.cycles - before, bytes(emulator.mem_read(arena, len(output)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a line a network; returns the exit code."""
    networks = {n.name: n for n in NETWORKS if n.name in _PUBLISHED}
    compilers = {str(compiler): compiler for compiler in COMPILERS}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=[*networks])
    parser.add_argument("--compiler", choices=compilers, default="zig -O2")
    parser.add_argument("--portable", action="store_true", help="portable kernels only")
    models = os.environ.get("TINYCNN_MODELS")
    parser.add_argument("--models", type=Path, default=models, metavar="FOLDER")
    options = parser.parse_args(arguments)
    compiler = replace(compilers[options.compiler], family="mul")
    objective = None if options.portable else Objective(family="mul")
    exit_code = 0
    print("| network | Mcycles | predicted | published | arena | code | tables |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in options.networks:
        network = networks[name]
        content = load_network(network, options.models and Path(options.models))
        compilation = compile_tflite(content, name=NAME, objective=objective)
        program = compilation.program
        inputs: NDArray[np.int8] = make_input(program, Pattern(0))
        (place,) = program.outputs
        output = range(place.offset, place.offset + place.tensor.bytes)
        with tempfile.TemporaryDirectory() as folder:
            image = build_bare_image(compilation, compiler, inputs, Path(folder))
            cycles, found = count_cycles(image.elf, output)
        is_equal = run_reference(content, network, inputs) == found
        exit_code = exit_code if is_equal else 1
        predicted = sum(call.predicted_cycles or 0 for call in program.calls) / 1e6
        print(
            f"| {name} | {cycles / 1e6:.2f}{'' if is_equal else ' NOT EQUAL'} "
            f"| {predicted:.2f} | {_PUBLISHED[name]} | {program.arena_bytes:,} "
            f"| {image.code_bytes:,} | {image.table_bytes:,} |"
        )
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
