import numpy as np

from tests.compiler.models import residual_model
from tinycnn.compiler import lower_graph, plan_memory, read_tflite
from tinycnn.compiler.passes import fold_pad


def outputs(graph, executor):
    """Outputs of the graph for three fixed inputs."""
    program = lower_graph(graph, plan_memory(graph), name="case")
    rng = np.random.default_rng(0)
    inputs = rng.uniform(0, 1, (3, 9 * 7 * 3)).astype(np.float32)
    return executor.run(program, inputs)


def test_fold_pad_keeps_outputs_and_removes_the_operator(executor):
    """PAD becomes the convolution's own padding, bit for bit."""
    graph = read_tflite(residual_model())
    folded = fold_pad(graph)

    assert outputs(graph, executor) == outputs(folded, executor)
    assert "PAD" not in [op.kind for op in folded.ops]
    assert folded.ops[1].attrs.padding == (0, 0, 1, 1)
