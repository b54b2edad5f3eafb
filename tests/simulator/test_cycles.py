import pytest

from tinycnn.simulator.cycles import PIPELINES, BlockCost, block_cost


def cost_of(*encodings: str) -> BlockCost:
    """The cost of Thumb instructions given as their halfwords."""
    halfwords = " ".join(encodings).split()
    code = b"".join(int(word, 16).to_bytes(2, "little") for word in halfwords)
    return block_cost(code, 0x10000)


@pytest.mark.parametrize(
    ("encoding", "cycles"),
    [
        pytest.param("1840", 1, id="adds r0, r0, r1"),
        pytest.param("fb01 f002", 1, id="mul r0, r1, r2"),
        pytest.param("fb21 3002", 1, id="smlad r0, r1, r2, r3"),
        pytest.param("f301 0007", 1, id="ssat r0, #8, r1"),
        pytest.param("fb91 f0f2", 7, id="sdiv r0, r1, r2"),
        pytest.param("6808", 2, id="ldr r0, [r1]"),
        pytest.param("7108", 1, id="strb r0, [r1, #4]"),
        pytest.param("5088", 2, id="str r0, [r1, r2]"),
        pytest.param("e9d2 0100", 3, id="ldrd r0, r1, [r2]"),
        pytest.param("b530", 4, id="push {r4, r5, lr}"),
        pytest.param("c81e", 5, id="ldmia r0!, {r1-r4}"),
        pytest.param("e003", 1, id="b"),
        pytest.param("e8df f000", 2, id="tbb [pc, r0]"),
        pytest.param("f3ef 8000", 2, id="mrs r0, apsr"),
        pytest.param("ee30 0a81", 1, id="vadd.f32 s0, s1, s2"),
        pytest.param("ed90 0a00", 2, id="vldr s0, [r0]"),
        pytest.param("ed90 0b00", 3, id="vldr d0, [r0]"),
        pytest.param("ecb0 0a04", 5, id="vldmia r0!, {s0-s3}"),
        pytest.param("ed2d 8b04", 5, id="vpush {d8, d9}"),
        pytest.param("eea0 0a81", 3, id="vfma.f32 s0, s1, s2"),
        pytest.param("ee80 0a81", 14, id="vdiv.f32 s0, s1, s2"),
        pytest.param("ec51 0a10", 2, id="vmov r0, r1, s0, s1"),
        pytest.param("ee00 0a10", 1, id="vmov s0, r0"),
        pytest.param("bf08 1840", 2, id="it eq; addeq r0, r0, r1"),
    ],
)
def test_an_instruction_costs_what_the_manual_says(encoding: str, cycles: int) -> None:
    """One line of the model's table each."""
    assert cost_of(encoding).cycles == cycles


def test_a_load_right_after_a_load_is_pipelined() -> None:
    """LDRB r3, [r1, r2]; ldrsb r4, [r5, #1]; str r4, [r5, r6] cost 2 + 1 + 2 - 1."""
    assert cost_of("5c8b", "f995 4001", "51ac").cycles == 4


def test_a_load_from_an_address_just_loaded_is_not_pipelined() -> None:
    """LDRB r3, [r1, r2]; ldr r3, [r3] wait for each other."""
    assert cost_of("5c8b", "681b").cycles == 4


def test_a_block_says_what_its_neighbours_pipeline_with() -> None:
    """Head and tail name the registers of the first address and of the last load."""
    cost = cost_of("5c8b", "1840", "f995 4001")

    assert cost.instructions == 3
    assert cost.head == PIPELINES | 1 << 1 | 1 << 2
    assert cost.tail == PIPELINES | 1 << 4


def test_what_does_not_decode_costs_nothing() -> None:
    """A block ends where its first undefined instruction is."""
    assert cost_of("1840", "ffff ffff").instructions == 1
