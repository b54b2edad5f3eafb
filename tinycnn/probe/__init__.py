"""Measures what a board takes, beside what the simulated board is said to take.

program -> run -> table; kit -> bench
"""
