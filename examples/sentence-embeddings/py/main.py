"""Turns sentences into vectors, by a model whose weights are part of the package that was installed."""

from pathlib import Path

import numpy as np
import wordllama

# The package looks for its files in a cache and downloads what is not there: its own folder has them all.
model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)

__all__ = ["embed"]


def embed(sentences: list) -> np.ndarray:
    """Give a row of 256 numbers for each sentence."""
    return model.embed(sentences)
