"""One account of RAM, which every command shows."""

import pytest

from tests.compiler.models import conv_model
from tinycnn.analysis.fit import analyze_tflite, check_fit
from tinycnn.analysis.ram import (
    RamUse,
    estimate_ram,
    itemize_ram,
    plan_buffer,
    ram_to_json,
)
from tinycnn.analysis.receive import LEAST_RECEIVE_BYTES
from tinycnn.boards import load_board

NANO = load_board("nano33ble")


def test_the_items_add_up() -> None:
    """Variables and the stack that is set aside; the core's share includes one."""
    ram = RamUse(3_072, 5_260, 16, 32_768)
    core = NANO.core_ram_bytes

    assert itemize_ram(ram, NANO, 1_510) == {
        "RAM, static": "8,348 bytes: arena 3,072, harness 5,260, other data 16",
        "RAM, stack": "32,768 bytes reserved, 1,510 measured",
        "RAM, free": f"{262_144 - core - 8_348:,} of 262,144 bytes, beside {core:,} of "
        "the Arduino core",
    }
    assert ram.total_bytes == 8_348 + 32_768


def test_the_next_image_has_a_row() -> None:
    """With its share, and why it is no more."""
    ram = RamUse(3_072, 3_700, 0, 0, receive_bytes=1_024, image_bytes=28_490)

    rows = itemize_ram(ram, NANO)

    assert rows["RAM, static"].endswith("harness 3,700, receive buffer 1,024")
    assert rows["RAM, next image"] == (
        "1,024 bytes: of the next image's 28,490, as no more is left"
    )
    assert ram_to_json(ram, NANO)["receive_bytes"] == 1_024
    assert ram.static_bytes == 3_072 + 3_700 + 1_024


def test_a_budget_leaves_less() -> None:
    """It counts the stack, as a budget does, and is not exceeded by the buffer."""
    free = plan_buffer(27_648, 50_000, NANO)
    bound = plan_buffer(27_648, 50_000, NANO, most_bytes=50_000 + 32_768 + 20_000)
    app = plan_buffer(27_648, 50_000, NANO, more_bytes=140_000)

    assert free.bytes >= free.image_bytes
    assert 11_000 < bound.bytes < 20_000 - 4_096
    assert LEAST_RECEIVE_BYTES < app.bytes < free.bytes


@pytest.mark.parametrize("name", ["nano33ble", "pico", "xiao_nrf52840"])
def test_free_and_taken_are_the_board_s(name: str) -> None:
    """What is not free is static, the core's, or a stack that the core has not."""
    board, ram = load_board(name), RamUse(1_000, 5_000, 0, 4_096)
    taken = board.ram_bytes - ram.count_free(board)

    is_counted = board.core_ram_bytes >= 4_096
    assert taken == board.core_ram_bytes + 6_000 + (0 if is_counted else 4_096)


def test_an_estimate_is_told_as_one() -> None:
    """Its arena is exact; free is what a fit says is to spare."""
    analysis = analyze_tflite(conv_model())
    ram = estimate_ram(analysis, NANO)
    rows = itemize_ram(ram, NANO)

    more = ram.receive_bytes - LEAST_RECEIVE_BYTES
    assert ram.static_bytes == analysis.ram_bytes + more
    assert ram.count_free(NANO) == check_fit(analysis, NANO).ram_spare_bytes - more
    assert rows["RAM, next image"] == "2,048 bytes: the next image whole (94)"
    assert rows["RAM, static"].startswith("about ")
    assert f"arena {analysis.plan.arena_bytes:,}, harness about" in rows["RAM, static"]
    assert rows["RAM, stack"] == "32,768 bytes reserved, not measured"


def test_json_has_the_same_items() -> None:
    """As numbers; what was not measured is null."""
    found = ram_to_json(RamUse(3_072, 5_260, 16, 32_768), NANO)

    assert found["static_bytes"] == 8_348
    assert found["stack_bytes"] == 32_768
    assert found["stack_measured_bytes"] is None
    assert found["free_bytes"] == NANO.ram_bytes - NANO.core_ram_bytes - 8_348
