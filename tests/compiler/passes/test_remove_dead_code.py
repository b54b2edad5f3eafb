import numpy as np

from tests.compiler.executor import Executor
from tests.compiler.passes.rewriting import Layers, check_same_outputs, kinds
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import read_tflite
from tinycnn.compiler.passes import remove_dead_code


def test_operators_that_nobody_reads_are_removed(executor: Executor) -> None:
    """A branch that ends nowhere goes with all its operators."""
    layers = Layers(ModelBuilder(), (1, 4, 4, 2))
    layers.conv(np.full((2, 1, 1, 2), 9))
    layers.pool("MAX_POOL_2D")
    layers.tip = layers.source
    layers.pool("AVERAGE_POOL_2D")
    graph = read_tflite(layers.build())
    rewritten = remove_dead_code(graph)

    check_same_outputs(graph, rewritten, executor)
    assert kinds(rewritten) == ["AVERAGE_POOL_2D"]


def test_a_graph_without_dead_code_stays() -> None:
    """All inputs of an operator are needed; operators keep their order."""
    layers = Layers(ModelBuilder(), (1, 4, 4, 2))
    first = layers.pool("MAX_POOL_2D")
    layers.tip = layers.source
    second = layers.pool("AVERAGE_POOL_2D")
    layers.tip = first
    layers.add(second)
    graph = read_tflite(layers.build())

    assert remove_dead_code(graph).ops == graph.ops
