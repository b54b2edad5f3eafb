"""Reductions over any axes: MEAN, REDUCE_MAX and REDUCE_MIN."""
