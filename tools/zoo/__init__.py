"""The zoo's table: projects, trained, quantized, compiled, validated and measured.

recipes -> stopwatch -> row -> table -> __main__
"""
