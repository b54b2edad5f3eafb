"""Which inputs a device is asked for: what the reference is least sure of comes first.

That needs the reference's outputs for all inputs. Where they are not known yet they are
computed, and then are what the device's outputs are compared with, too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import TensorInfo
from tinycnn.errors import ProjectError
from tinycnn.harness.margins import margins_of
from tinycnn.harness.order import Order, choose_order
from tinycnn.harness.scores import first_scores
from tinycnn.harness.stopping import StopRule
from tinycnn.reference import run_in_batches
from tinycnn.tasks import Task, as_grid
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import ImageChoice, Subject

__all__ = ["guess_task", "pick_images"]

_SIGMOID = (1 / 256, -128)  # scale and zero point of what is between 0 and 1


def pick_images(
    subject: Subject,
    choice: ImageChoice,
    observer: Observer,
    *,
    output: TensorInfo,
    task: Task,
) -> Subject:
    """The subject, of which only the chosen inputs are asked for, in their order.

    Args:
        subject: The model, with all inputs there are.
        choice: How many, and in what order; by risk if that is left open.
        observer: Told how the work proceeds.
        output: The model's first output, whose scores say how sure an answer is.
        task: What these scores mean.

    Raises:
        ProjectError: If they cannot show what is to be known.
        RefusedModelError: If the reference is needed and refuses the model.
    """
    _check_order(choice)
    name, expected, margins = choice.order or "risk", subject.expected, None
    if name == "risk":
        if expected is None:
            expected = _run_all(subject, observer)
        margins = margins_of(task, first_scores(expected, output))
    picked = choose_order(
        name,
        len(subject.inputs),
        count=choice.count,
        seed=choice.seed,
        margins=margins,
    )
    if choice.rule is not None:
        _check_size(choice.rule, picked)
    return replace(subject, picked=picked, rule=choice.rule, expected=expected)


def guess_task(output: TensorInfo) -> Task:
    """What an output most likely means, of a model whose labels nobody knows.

    >>> guess_task(TensorInfo("int8", (1, 10), 0.1, 3, 10))
    'categorical'
    """
    values = int(np.prod(output.shape))
    if as_grid(np.empty((1, values)), output.shape).ndim > 2 and output.shape[-1] > 1:
        return "segmentation"
    if values > 1:
        return "categorical"
    is_share = (output.scale, output.zero_point) == _SIGMOID
    return "binary" if is_share else "regression"


def _check_order(choice: ImageChoice) -> None:
    if choice.rule is not None and choice.order == "given":
        raise ProjectError(
            "agreement: expected images in an order by chance, got them as given",
            hint="use --order risk or --order random",
        )


def _check_size(rule: StopRule, order: Order) -> None:
    """Do not let a run begin that cannot show what it is for."""
    if rule.can_pass(order):
        return
    raise ProjectError(
        f"agreement: expected enough images to show {rule.agreement:g} with confidence "
        f"{rule.confidence:g}, got {len(order.indices):,} of {order.total:,}",
        hint=f"{rule.count_images(order):,} that are all equal are the least",
    )


def _run_all(subject: Subject, observer: Observer) -> NDArray[np.int8]:
    observer.stage("rank", is_current=False)
    rows: list[NDArray[np.int8]] = []
    for batch in run_in_batches(subject.reference().run, subject.inputs):
        rows.extend(batch)
        observer.progress("rank", len(rows), len(subject.inputs))
    return np.stack(rows)
