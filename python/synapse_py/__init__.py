"""The Python side of Synapse: what a worker process runs, and what a module's author may import.

Works on the standard library alone. Nothing happens at import.
"""

__version__ = "0.1.0"
