"""Log output that knows its call. Owns what becomes of ``print`` and of ``logging`` while functions are served.

Outside of a call, text goes to the log pipe as in every worker. Inside of one it travels as a message, which carries the call's number.
"""

import sys

from .call import NO_CALL, get_call
from .cancel import Shield

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .host import Host
    from .outbox import Outbox

LEVELS = ((50, "critical"), (40, "error"), (30, "warning"), (20, "info"))
"""Numbers of the standard library's levels, and their names in the protocol; whatever is lower is ``debug``."""


def tag_prints(stream: "Any", name: str, outbox: "Outbox") -> None:
    """Let a text stream send what is written inside of a call with that call's number, as long as there is a host."""
    if stream is None:  # as in a program without a console
        return
    write_elsewhere: Callable[[str], int] = stream.write

    def write(text: str) -> int:
        call = get_call()
        if call is NO_CALL or outbox.closed:
            return write_elsewhere(text)
        with Shield():
            call.print(name, text)
        return len(text)

    stream.write = write


class LogRecords:
    """Sends records of ``logging`` with their levels, once that is loaded: what a handler would write to the standard streams."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._is_installed = False

    def install(self) -> None:
        """Take over from the handlers that write to this process's standard streams, if ``logging`` is loaded."""
        if self._is_installed or "logging" not in sys.modules:
            return
        self._is_installed = True
        import logging  # noqa: PLC0415 - loaded already

        host = self._host
        emit_elsewhere = logging.StreamHandler.emit

        def emit(handler: "Any", record: "logging.LogRecord") -> None:
            if host.outbox.closed or (handler.stream is not sys.stderr and handler.stream is not sys.stdout):
                emit_elsewhere(handler, record)
                return
            try:
                text = handler.format(record)
            except Exception:
                handler.handleError(record)
                return
            host.log(get_call().id, level_name(record.levelno), record.name, text)

        logging.StreamHandler.emit = emit  # type: ignore[method-assign,assignment]


def level_name(number: int) -> str:
    """Give the protocol's name of a level of ``logging``."""
    for least, name in LEVELS:
        if number >= least:
            return name
    return "debug"
