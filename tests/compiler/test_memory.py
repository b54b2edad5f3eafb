from tests.compiler.models import conv_model, residual_model
from tinycnn.compiler import plan_memory, read_tflite


def test_live_tensors_never_share_bytes():
    """Two tensors in memory at one step lie apart."""
    graph = read_tflite(residual_model())
    plan = plan_memory(graph)

    ids = list(plan.offsets)
    for i, a in enumerate(ids):
        for b in ids[i + 1 :]:
            if plan.lifetimes[a].overlaps(plan.lifetimes[b]):
                end_a = plan.offsets[a] + graph.tensors[a].bytes
                end_b = plan.offsets[b] + graph.tensors[b].bytes
                assert end_a <= plan.offsets[b] or end_b <= plan.offsets[a]


def test_arena_of_one_operator_is_its_input_and_output():
    """Nothing else is live, so the plan meets its lower bound."""
    plan = plan_memory(read_tflite(conv_model()))

    assert plan.arena_bytes == plan.lower_bound_bytes == 6 * 6 * 2 + 6 * 6 * 4


def test_offsets_are_aligned():
    """Float tensors are read in place, so every offset is a multiple of four."""
    plan = plan_memory(read_tflite(residual_model()))

    assert all(offset % 4 == 0 for offset in plan.offsets.values())
