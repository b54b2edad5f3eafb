"""The benchmark: known networks, compiled, built by three compilers and measured.

    record -> image -> meters -> measure -> tables -> __main__

An output byte that differs from the reference's is an error: what computes something
else is not fast.
"""
