"""Recognises handwritten digits. The model is trained while the module loads, and stays in memory for all calls."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

digits = load_digits()  # 1,797 images of 8 x 8 pixels, brought by scikit-learn
half = len(digits.data) // 2
PIXELS = digits.data.shape[1]
LARGEST = 16.0
model = LogisticRegression(C=0.01, max_iter=1000).fit(digits.data[:half], digits.target[:half])
print(f"trained on {half} images")

__all__ = ["predict", "samples"]


def predict(images: list) -> list:
    """Say which digit each image shows, and how likely that is. An image is a list of 64 numbers from 0 to 16."""
    try:
        pixels = np.asarray(images, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"an image is a list of {PIXELS} numbers") from error
    if pixels.ndim != 2 or pixels.shape[1] != PIXELS or not ((pixels >= 0) & (pixels <= LARGEST)).all():
        raise ValueError(f"an image is a list of {PIXELS} numbers from 0 to {LARGEST:.0f}")
    chances = model.predict_proba(pixels)
    return [{"digit": int(row.argmax()), "probability": round(float(row.max()), 4)} for row in chances]


def samples(count: int) -> list:
    """Give images that the model has not seen, with what they show."""
    chosen = slice(half, half + min(count, half))
    return [{"pixels": pixels, "digit": digit} for pixels, digit in zip(digits.data[chosen].tolist(), digits.target[chosen].tolist())]
