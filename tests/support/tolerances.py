"""Tolerances of floating-point comparisons, each with the reason for its size.

Processors add the same numbers in different orders (AVX2, AVX-512, AMX, NEON), and one processor
does so for batches of different shapes. A comparison of two computations of the same value therefore
needs room; a comparison of the same computation with itself, on one machine, is exact.
"""

# Log probabilities of the tests' models by two float32 passes that batch differently. Measured: up
# to 1.1e-5. A wrong token, position or mask changes them by more than 1e-2.
LOG_PROBABILITY = 2e-4

# Probabilities and scores in [0, 1] from such passes.
PROBABILITY = 2e-4

# Gradients, relative and absolute: sums over all tokens of a batch.
GRADIENT_RELATIVE = 1e-2
GRADIENT_ABSOLUTE = 1e-4
