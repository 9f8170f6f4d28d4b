"""Draws figures, and gives them as the bytes of a PNG file."""

import io

import matplotlib

matplotlib.use("agg")  # draws into memory: needs no screen

import matplotlib.pyplot as plt

__all__ = ["line_chart"]


def line_chart(x: list, series: dict, title: str = "", *, width: int = 800, height: int = 500) -> bytes:
    """Draw lines over the same x, each with its name; width and height are in pixels."""
    figure, axes = plt.subplots(figsize=(width / 100, height / 100), dpi=100, layout="constrained")
    try:
        for name, y in series.items():
            axes.plot(x, y, label=name)
        axes.set_title(title)
        axes.grid(alpha=0.3)
        axes.legend()
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        return buffer.getvalue()
    finally:
        plt.close(figure)  # pyplot keeps figures until they are closed
