"""Tolerances of floating-point comparisons, each with the reason for its size.

Two computations of the same value add the same float32 numbers in different orders: processors do
(AVX2, AVX-512, AMX, NEON), and one processor does for batches of different shapes. The differences
given here are the largest measured with AVX2, AVX-512 and AMX; each tolerance leaves room for ten
times as much, and the mistake that its test looks for changes the value by a hundred times more.
"""

# Log probabilities of the tests' models, down to -12. Measured: 1.1e-5. A wrong token, position or
# attention mask changes them by more than 1e-2.
LOG_PROBABILITY = 2e-4

# The same of a model that was exported with weights in float16. Measured: 1.8e-3. Padding that is
# attended to changes them by more than 0.1.
EXPORTED_LOG_PROBABILITY = 2e-2

# Probabilities and scores in [0, 1]. Measured: 1e-7.
PROBABILITY = 1e-4

# A loss, relative to its size: a mean or sum over the tokens of a batch. Measured: 1e-6. A piece or
# a token that counts twice or not at all changes it by more than 1e-2.
LOSS_RELATIVE = 1e-4

# Gradients and weights of some 0.1 to 1. Measured: 1.1e-6. Rows that are not trained, or trained
# from other tokens, differ by more than 1e-2.
WEIGHT = 1e-4
WEIGHT_RELATIVE = 1e-3
