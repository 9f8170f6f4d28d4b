"""Reads the golden vectors that both banks share."""

import json
from pathlib import Path

VECTORS = Path(__file__).parents[2] / "fixtures" / "vectors"


def load(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def encoding(row):
    unit, times = row.get("then", ["", 0])
    return bytes.fromhex(row["hex"] + unit * times)


def value(tagged):
    if isinstance(tagged, list):
        return [value(item) for item in tagged]
    if not isinstance(tagged, dict):
        return tagged
    if len(tagged) != 1 or not next(iter(tagged)).startswith("$"):
        return {key: value(item) for key, item in tagged.items()}
    ((tag, content),) = tagged.items()
    if tag == "$bytes":
        return bytes.fromhex(content)
    if tag == "$float":
        return float(content)
    unit, times = content
    return {"$repeat": unit, "$repeatByte": bytes([unit]) if tag == "$repeatByte" else None, "$repeatItem": [unit]}[tag] * times
