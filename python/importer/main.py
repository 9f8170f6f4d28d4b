"""The entry of the worker behind ``python()`` in TypeScript: serves one function, which imports what the host names."""

import os
import sys

if __name__ == "__main__":  # a child of multiprocessing reads this file too, under another name
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))

    from synapse_py.importer import load

    __all__ = ["load"]
