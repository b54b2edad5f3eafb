"""Which network is best for this board: choices, costs, trials, a front.

A project in; networks that were compiled untrained, trained where they fit, and kept
where none is better in everything, out.
"""

from tinycnn.search.front import find_front
from tinycnn.search.page import render_search
from tinycnn.search.space import apply_choice, find_space
from tinycnn.search.study import Evaluate, Plan, Study, evaluate_here
from tinycnn.search.trial import Cost, Found, Task, run_trial

__all__ = [
    "Cost",
    "Evaluate",
    "Found",
    "Plan",
    "Study",
    "Task",
    "apply_choice",
    "evaluate_here",
    "find_front",
    "find_space",
    "render_search",
    "run_trial",
]
