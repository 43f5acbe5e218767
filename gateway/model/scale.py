"""Raw integers and the values they stand for, the same at the edge and in the centre.

A scale is the exact decimal number that turns a raw register into a value, as a profile writes it (`0.1`). Dividing by
its reciprocal gives the decimal number that people expect (2312 times 0.1 is 231.2, not 231.20000000000002).
"""

from collections.abc import Callable
from fractions import Fraction

Number = int | float


def scaler(scale: Fraction) -> Callable[[Number], Number]:
    """Give the function that turns a raw integer into its value, correctly rounded; scale 1 keeps integers integers."""
    numerator, denominator = scale.numerator, scale.denominator
    if denominator == 1:
        return (lambda raw: raw) if numerator == 1 else (lambda raw: raw * numerator)
    if numerator == 1:
        return lambda raw: raw / denominator
    return lambda raw: raw * numerator / denominator
