"""How much of the next image waits on a board."""

import pytest

from tinycnn.analysis.receive import LEAST_RECEIVE_BYTES, plan_receive
from tinycnn.device.packets import Packet, PacketType, encode_packet
from tinycnn.device.payloads import write_payload

PART = 1_020  # of an image in a request


def requests_of(image: bytes) -> bytes:
    """An image as it is sent."""
    parts = [image[start : start + PART] for start in range(0, len(image), PART)]
    kinds = [PacketType.WRITE] * (len(parts) - 1) + [PacketType.INFER]
    return b"".join(
        encode_packet(Packet(kind, 2**32 - 1, n, write_payload(n * PART, part)))
        for n, (kind, part) in enumerate(zip(kinds, parts, strict=True))
    )


@pytest.mark.parametrize("size", [1, 784, 1_019, 1_020, 1_021, 3_072, 27_648])
def test_a_board_with_plenty_holds_an_image_whole(size: int) -> None:
    """Its requests fit, whatever it is of, with little to spare; 2 kB at least."""
    plan = plan_receive(size, 200_000)
    sent = len(requests_of(b"\x81" * size))

    assert sent <= plan.image_bytes <= sent + 30 * (1 + size // PART)
    assert plan.bytes >= max(plan.image_bytes, 2_048)
    assert plan.bytes < max(plan.image_bytes, 2_048) + 64
    assert plan.holds == f"the next image whole ({plan.image_bytes:,})"


@pytest.mark.parametrize("free", [4_500, 5_000, 12_345, 30_000])
def test_a_tight_board_gives_what_it_can(free: int) -> None:
    """Whole packets of USB, and 4 kB stay free."""
    plan = plan_receive(27_648, free)

    assert free - 4_096 - 64 < plan.bytes <= free - 4_096
    assert plan.bytes % 64 == 0
    assert plan.holds.endswith("as no more is left")


@pytest.mark.parametrize("free", [-100_000, 0, 4_096, 4_351])
def test_a_full_board_keeps_the_least(free: int) -> None:
    """All works with it; whether the rest fits is told elsewhere."""
    assert plan_receive(27_648, free).bytes == LEAST_RECEIVE_BYTES
