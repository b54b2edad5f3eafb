"""What a network is asked, and how well it answers: a module a task.

Labels and the number of outputs tell the task:

    categorical   one class an image, an output a class: the highest is the answer
    binary        one of two classes, one output: the second class above the threshold
    multi-label   any of several labels, an output a label: those above the threshold
    regression    real numbers, an output each
    segmentation  a class a cell of a grid, which the output has, too

Of the first three an image is answered right or wrong, of several labels only all of
them right; the measure is the share of right ones. Of real numbers it is R², the share
of their variance that is explained; of a grid the mean of the images' mean IoU.
"""

from tinycnn.tasks.kind import THRESHOLD, Answer, RatingTable, Task, TaskKind
from tinycnn.tasks.registry import (
    TASKS,
    accuracy_of,
    answers_of,
    class_scores,
    credits_of,
    measure_of,
    rows_of,
    task_of,
)
from tinycnn.tasks.regression import variance_of
from tinycnn.tasks.segmentation import as_grid, name_cells
from tinycnn.tasks.sensitivity import Sensitivity

__all__ = [
    "TASKS",
    "THRESHOLD",
    "Answer",
    "RatingTable",
    "Sensitivity",
    "Task",
    "TaskKind",
    "accuracy_of",
    "answers_of",
    "as_grid",
    "class_scores",
    "credits_of",
    "measure_of",
    "name_cells",
    "rows_of",
    "task_of",
    "variance_of",
]
