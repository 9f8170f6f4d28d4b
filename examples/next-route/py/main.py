"""Suggests what a misspelt word was meant to be."""

import difflib

FRUIT = ["apple", "apricot", "banana", "cherry", "fig", "grape", "lemon", "lime", "mango", "melon", "orange", "peach", "pear", "plum"]


def suggest(word: str, count: int = 3) -> list:
    """Give the nearest words that there are, the best one first."""
    if not word:
        raise ValueError("a word is needed")
    return difflib.get_close_matches(word.lower(), FRUIT, n=count, cutoff=0.5)
