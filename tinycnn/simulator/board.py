"""What is simulated: the core and the memories that an image was linked for.

The image says so itself, as JSON in a section `.board` that is not loaded. One without
is taken for the Nano 33 BLE's.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NANO_33_BLE", "SimulatedBoard"]

_WITH_CYCLE_MODEL = ("cortex-m4", "cortex-m4f")
_WITH_FPU = ("cortex-m4f", "cortex-m7", "cortex-m33")
_WITH_DSP = ("cortex-m4", *_WITH_FPU)


@dataclass(frozen=True, slots=True)
class SimulatedBoard:
    """A core and its memories; the peripherals are always the nRF52840's.

    Attributes:
        core: `cortex-m4f` and so on.
        clock_hz: Of the core.
        flash_base: First address of the application in flash.
        flash_bytes: Flash that the application may use.
        ram_base: First address of RAM.
        ram_bytes: RAM from there on.
    """

    core: str
    clock_hz: int
    flash_base: int
    flash_bytes: int
    ram_base: int
    ram_bytes: int

    @property
    def flash_end(self) -> int:
        """The first address behind flash."""
        return self.flash_base + self.flash_bytes

    @property
    def ram_end(self) -> int:
        """The first address behind RAM."""
        return self.ram_base + self.ram_bytes

    def is_flash(self, address: int) -> bool:
        """Whether the application may lie at `address`."""
        return self.flash_base <= address < self.flash_end

    def is_ram(self, address: int) -> bool:
        """Whether RAM is at `address`."""
        return self.ram_base <= address < self.ram_end

    @property
    def has_fpu(self) -> bool:
        """Whether the core computes floats."""
        return self.core in _WITH_FPU

    @property
    def has_dsp(self) -> bool:
        """Whether the core has the DSP extension."""
        return self.core in _WITH_DSP

    @property
    def has_cycle_model(self) -> bool:
        """Whether its cycles can be estimated; CYCCNT stands still where not."""
        return self.core in _WITH_CYCLE_MODEL


NANO_33_BLE = SimulatedBoard(
    core="cortex-m4f",
    clock_hz=64_000_000,
    flash_base=0x0001_0000,
    flash_bytes=983_040,
    ram_base=0x2000_0000,
    ram_bytes=262_144,
)
