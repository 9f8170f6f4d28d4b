"""Events that a module emits while it loads. Owns them, encoded, until there is a host to send them to: the newest, and not too many."""

import sys
from collections import deque

from .message import EVENT, frame_parts
from .values import Values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .references import Handles
    from .values import Reference

    Event = tuple[bytes, list[Reference]]
    """A frame, and the references to objects that are in it."""

MAX_EVENTS = 1000
MAX_BYTES = 1024 * 1024
"""Bytes of all frames together."""
WARNING = (
    f"synapse_py: more events were emitted while the module loads than are kept until the host is there ({MAX_EVENTS}, together "
    f"{MAX_BYTES} bytes): the oldest were dropped, or one that is too large by itself. Emit less there, or emit from functions.\n"
)


class EarlyEvents:
    """Events in the order in which they were emitted. ``encode`` may be called by any thread, the rest by one at a time."""

    def __init__(self, handles: "Handles") -> None:
        """Make an empty queue.

        Args:
            handles: keeps the objects that events refer to, for the conversation that begins later.
        """
        self._handles = handles
        self._events: "deque[Event]" = deque()
        self._bytes = 0
        self._has_warned = False

    def encode(self, name: str, data: "Any") -> "Event":
        """Encode an event, as its data is at this moment.

        Raises:
            SerializationError: the data has no faithful form (ERR_SYNAPSE_SERIALIZATION).
        """
        references: "list[Reference]" = []

        def refer(value: "Any") -> "Reference":
            reference = self._handles.refer(value)
            references.append(reference)
            return reference

        payload, buffers = Values(refer=refer, forget=self._handles.let_go).encode(data, "data")
        return b"".join(frame_parts(EVENT, (0, name), payload, buffers)), references

    def keep(self, event: "Event") -> None:
        """Keep an event. What does not fit any more is dropped, which is told once on standard error."""
        frame, references = event
        if len(frame) > MAX_BYTES:
            self._drop(references)
            return
        self._events.append(event)
        self._bytes += len(frame)
        while len(self._events) > MAX_EVENTS or self._bytes > MAX_BYTES:
            frame, references = self._events.popleft()
            self._bytes -= len(frame)
            self._drop(references)

    def take(self) -> "list[bytes]":
        """Give the frames of all events, and keep none."""
        frames = [frame for frame, _ in self._events]
        self._events.clear()
        self._bytes = 0
        return frames

    def _drop(self, references: "list[Reference]") -> None:
        self._handles.let_go(references)
        if not self._has_warned and sys.stderr is not None:
            self._has_warned = True
            sys.stderr.write(WARNING)
