"""In which order images are tried."""

from __future__ import annotations

import numpy as np
import pytest

from tinycnn.harness.margins import margins_of
from tinycnn.harness.order import (
    as_given,
    choose_order,
    order_by_risk,
    shuffled,
)

MARGINS = np.random.default_rng(5).random(2_000)


def test_the_risky_half_comes_first() -> None:
    """Half of the images that are asked are those with the smallest margins."""
    order = order_by_risk(MARGINS, count=100)

    assert order.indices[:50].tolist() == np.argsort(MARGINS)[:50].tolist()
    assert len(set(order.indices.tolist())) == len(order.indices) == 100


def test_no_more_than_256_are_chosen_by_risk() -> None:
    """Of a large data set chance decides for most."""
    order = order_by_risk(MARGINS)

    assert order.risky == 256
    assert sorted(order.indices.tolist()) == list(range(2_000))


def test_what_follows_completes_a_random_permutation_of_all() -> None:
    """The sample is of all images; only those that were asked are passed over."""
    order = order_by_risk(MARGINS, count=400, seed=3)
    front, rest = order.indices[: order.risky], order.indices[order.risky :]

    left = [i for i in order.sample.tolist() if i not in set(front.tolist())]
    assert rest.tolist() == left[: len(rest)]
    assert sorted(order.sample.tolist()) == list(range(2_000))


def test_the_sample_is_the_same_whatever_is_risky() -> None:
    """Which images are drawn must not depend on what the model is unsure of."""
    other = order_by_risk(1 - MARGINS, count=77, seed=9)

    assert other.sample.tolist() == order_by_risk(MARGINS, seed=9).sample.tolist()
    assert other.sample.tolist() == shuffled(2_000, seed=9).sample.tolist()


def test_the_sample_is_counted_up_to_its_first_gap() -> None:
    """Images that are asked only for their risk do not make the sample longer."""
    order = order_by_risk(MARGINS, count=400, seed=3)
    asked = set(order.indices.tolist())

    size = order.count_sampled()

    assert all(i in asked for i in order.sample[:size].tolist())
    assert int(order.sample[size]) not in asked
    assert order_by_risk(MARGINS).count_sampled() == 2_000
    assert as_given(10).count_sampled() == 0


def test_equal_margins_are_in_random_order() -> None:
    """Of a model that is sure of everything the front is not the front of the data."""
    front = order_by_risk(np.ones(2_000), count=100, seed=1).indices[:50]

    assert front.max() > 1_000


def test_a_seed_gives_one_order_on_every_computer() -> None:
    """PCG64's permutation: these are its numbers."""
    assert shuffled(8, seed=0).indices.tolist() == [2, 4, 3, 6, 5, 0, 1, 7]
    assert shuffled(8, seed=1).indices.tolist() != shuffled(8, seed=0).indices.tolist()


def test_names_choose_their_order() -> None:
    """Without margins, risk is chance; a count beyond the end is all."""
    assert choose_order("given", 5, count=3).indices.tolist() == [0, 1, 2]
    assert choose_order("given", 5, count=9).indices.tolist() == [0, 1, 2, 3, 4]
    assert choose_order("risk", 5).name == "random"
    assert choose_order("risk", 5, count=9, margins=np.arange(5.0)).name == "risk"
    assert choose_order("random", 5, margins=np.arange(5.0)).risky == 0


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_few_images_begin_with_the_riskiest(count: int) -> None:
    """Of one image that is asked, it is the least sure one."""
    order = order_by_risk(np.array([0.5, 0.4, 0.1, 0.3, 0.9]), count=count)

    assert (order.indices[0], len(order.indices)) == (2, count)


def test_margins_are_distances_to_another_answer() -> None:
    """Each task has its own; a real number has none, and no number is the riskiest."""
    classes = np.array([[0.1, 0.7, 0.2], [0.4, 0.35, 0.25], [np.nan, 0.0, 1.0]])

    assert margins_of("categorical", classes) == pytest.approx([0.5, 0.05, -1.0])
    assert margins_of("binary", np.array([[0.9], [0.45]])) == pytest.approx([0.4, 0.05])
    several = np.array([[0.9, 0.4], [0.0, 1.0]])
    assert margins_of("multi-label", several) == pytest.approx([0.1, 0.5])
    assert margins_of("regression", classes) is None
    assert margins_of("categorical", classes[:, :1]) is None
