"""The order of params fields, which generated C relies on, is that of the headers."""

import re

import numpy as np
import pytest

from tests.compiler.cases import CASES
from tinycnn.compiler import lower_graph, plan_memory, read_tflite, run_passes
from tinycnn.runtime import kernel_functions, kernel_sources

HEADERS = "".join(kernel_sources(kernel_functions()).values())
TEXT = re.sub(r"/\*.*?\*/", "", HEADERS, flags=re.DOTALL)
STRUCTS = {
    name: re.findall(r"(\w+)(?:\[\w+\])?;", body)
    for body, name in re.findall(r"typedef struct \{(.*?)\} (\w+);", TEXT, re.DOTALL)
}


@pytest.mark.parametrize("kind", sorted(CASES))
def test_params_are_in_the_order_of_the_struct(kind):
    """Initialisers are positional, so names and order must be the header's."""
    for seed in range(20):
        graph = run_passes(read_tflite(CASES[kind](np.random.default_rng(seed))))
        for call in lower_graph(graph, plan_memory(graph), name="case").calls:
            assert list(call.params) == STRUCTS[call.params_type]
