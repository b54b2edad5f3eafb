"""Where the RAM of a firmware goes: one account, which every command shows.

In: bytes of a linked image, or an estimate before there is one. Out: the same items by
the same names. Variables and the stack that is set aside make the firmware's RAM; what
is free is the board's, less that, less what its Arduino core takes for itself.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tinycnn.analysis.fit import HARNESS_RAM_BYTES, Analysis
from tinycnn.analysis.receive import ReceiveBuffer, plan_receive
from tinycnn.boards import Board

__all__ = ["RamUse", "estimate_ram", "itemize_ram", "plan_buffer", "ram_to_json"]


@dataclass(frozen=True, slots=True)
class RamUse:
    """The RAM of a firmware, in bytes.

    Attributes:
        arena_bytes: The tensors of the model.
        harness_bytes: What streams them: buffers of replies and of what is sent.
        data_bytes: All other variables.
        stack_bytes: Set aside for the stack; 0 if unknown.
        is_estimated: Whether it was not linked yet.
        receive_bytes: The buffer for images that arrive while the model runs.
        image_bytes: What the requests of one image take; 0 if unknown.
    """

    arena_bytes: int
    harness_bytes: int
    data_bytes: int
    stack_bytes: int
    is_estimated: bool = False
    receive_bytes: int = 0
    image_bytes: int = 0

    @property
    def static_bytes(self) -> int:
        """All variables, without the stack."""
        parts = (self.arena_bytes, self.harness_bytes, self.receive_bytes)
        return sum(parts) + self.data_bytes

    @property
    def total_bytes(self) -> int:
        """All variables and the stack."""
        return self.static_bytes + self.stack_bytes

    def count_free(self, board: Board) -> int:
        """What is left on `board`; the core's share may include the stack."""
        is_counted = board.core_ram_bytes >= self.stack_bytes
        taken = self.static_bytes + (0 if is_counted else self.stack_bytes)
        return board.ram_bytes - board.core_ram_bytes - taken


def plan_buffer(
    input_bytes: int,
    arena_bytes: int,
    board: Board,
    *,
    more_bytes: int = 0,
    most_bytes: int | None = None,
) -> ReceiveBuffer:
    """The buffer for the next image, of what nothing else takes on `board`.

    Args:
        input_bytes: Of all inputs of the model.
        arena_bytes: Of the model.
        board: What it runs on.
        more_bytes: Of other variables: an app's frame, a dialect's image.
        most_bytes: The budget of RAM, the stack included, if there is one.
    """
    used = RamUse(arena_bytes, HARNESS_RAM_BYTES, more_bytes, board.stack_bytes)
    free = used.count_free(board)
    if most_bytes is not None:
        free = min(free, most_bytes - used.total_bytes)
    return plan_receive(input_bytes, free)


def estimate_ram(analysis: Analysis, board: Board) -> RamUse:
    """The arena, which is exact, with what a harness takes and the board's stack."""
    arena = analysis.plan.arena_bytes
    buffer = plan_buffer(analysis.input_bytes, arena, board)
    return RamUse(
        arena,
        HARNESS_RAM_BYTES,
        0,
        board.stack_bytes,
        is_estimated=True,
        receive_bytes=buffer.bytes,
        image_bytes=buffer.image_bytes,
    )


def itemize_ram(ram: RamUse, board: Board, measured_bytes: int = 0) -> dict[str, str]:
    """Rows of a table: variables, the next image's place, stack, and what is free.

    Args:
        ram: Of the firmware.
        board: Where it is to run.
        measured_bytes: The most stack that was seen in use; 0 if it was not measured.
    """
    about = "about " if ram.is_estimated else ""
    parts = f"arena {ram.arena_bytes:,}, harness {about}{ram.harness_bytes:,}"
    if ram.receive_bytes:
        parts += f", receive buffer {ram.receive_bytes:,}"
    if ram.data_bytes:
        parts += f", other data {ram.data_bytes:,}"
    reserved = f"{ram.stack_bytes:,} bytes reserved" if ram.stack_bytes else "not known"
    measured = f"{measured_bytes:,} measured" if measured_bytes else "not measured"
    free = f"{about}{ram.count_free(board):,} of {board.ram_bytes:,} bytes"
    if board.core_ram_bytes:
        free += f", beside {board.core_ram_bytes:,} of the Arduino core"
    buffer = ReceiveBuffer(ram.receive_bytes, ram.image_bytes)
    ahead = f"{buffer.bytes:,} bytes: {buffer.holds}"
    return {
        "RAM, static": f"{about}{ram.static_bytes:,} bytes: {parts}",
        **({"RAM, next image": ahead} if buffer.bytes and buffer.image_bytes else {}),
        "RAM, stack": f"{reserved}, {measured}",
        "RAM, free": free,
    }


def ram_to_json(
    ram: RamUse, board: Board, measured_bytes: int = 0
) -> dict[str, object]:
    """The same items as numbers; what was not measured is None."""
    return {
        **asdict(ram),
        "static_bytes": ram.static_bytes,
        "stack_measured_bytes": measured_bytes or None,
        "core_bytes": board.core_ram_bytes,
        "free_bytes": ram.count_free(board),
        "board_bytes": board.ram_bytes,
    }
