"""The documentation's site: pages by hand, a reference by the code."""
