"""How many workers the store of a search bears: a closed queue, solved exactly.

Each worker trains for a while, then needs the store for a few milliseconds, one at a
time (mean value analysis of a machine-repair model). `python -m tools.search_load`
prints the table of docs/search.md.
"""

from __future__ import annotations

__all__ = ["STORES", "find_share"]

STORES = {  # milliseconds of the store a trial, measured on two busy cores
    "SQLite (not offered)": 100.0,
    "one proxy before PostgreSQL": 45.0,
    "PostgreSQL": 6.0,
    "file": 6.0,
}
_WORKERS = 1_000
_TRIALS_S = (10.0, 60.0, 600.0)


def find_share(workers: int, trial_s: float, store_s: float) -> float:
    """The share of workers that train while the others wait.

    >>> find_share(1, 9.0, 1.0)
    0.9
    >>> round(find_share(1_000, 10.0, 0.1), 3)
    0.1
    """
    waiting, rate = 0.0, 0.0
    for count in range(1, workers + 1):
        answer_s = store_s * (1 + waiting)
        rate = count / (trial_s + answer_s)
        waiting = rate * answer_s
    return rate * trial_s / workers


def _main() -> None:
    for name, ms in STORES.items():
        shares = [find_share(_WORKERS, s, ms / 1e3) for s in _TRIALS_S]
        cells = " | ".join(f"{share:.0%}" for share in shares)
        print(f"| {name} | {ms:g} | {1e3 / ms:.0f} | {cells} |")


if __name__ == "__main__":
    _main()
