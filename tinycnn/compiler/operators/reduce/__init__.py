"""Reductions over any axes: MEAN, SUM, REDUCE_MAX and REDUCE_MIN."""
