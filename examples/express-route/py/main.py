"""Statistics for a route. Needs no packages: requirements.txt is empty."""

import math
import statistics


def summary(values: list) -> dict:
    """Describe numbers."""
    if not isinstance(values, list) or len(values) < 2:
        raise ValueError("values must be a list of at least two numbers")
    if not all(isinstance(value, (int, float)) and math.isfinite(value) for value in values):
        raise ValueError("values must be numbers")
    return {
        "count": len(values),
        "mean": statistics.fmean(values),
        "median": statistics.median(values),
        "stdev": statistics.stdev(values),
    }


def count_primes(below: int) -> int:
    """Count prime numbers the slow way, so that there is something to wait for."""
    return sum(all(number % divisor for divisor in range(2, math.isqrt(number) + 1)) for number in range(2, below))
