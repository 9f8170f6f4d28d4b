"""What the host sent, message by message. Owns the calls that were not answered, their streams, and the streams that are arguments."""

from _weakref import ref
from time import monotonic

from . import message as kinds
from .call import Call
from .errors import FrameError, SerializationError
from .extension import FUNCTION, HANDLE
from .inbound_stream import InboundStream
from .outbound_stream import MainStream, ThreadStream
from .references import Callbacks, read_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .host import Host
    from .methods import Method, Methods
    from .outbound_stream import OutboundStream
    from .runner import Runner, Work
    from .signals import Signal
    from .values import Message

    Fields = list[Any]
    Wait = Callable[[Signal, Callable[[], bool]], None]


class Inbox:
    """Takes messages and has them worked on."""

    def __init__(
        self, host: "Host", methods: "Methods", runner: "Runner", wait: "Wait", schedule: "Callable[[MainStream | list[Any]], None]"
    ) -> None:
        self.callbacks = Callbacks(host, wait)
        self.last_size = 0
        self._host = host
        self._methods = methods
        self._runner = runner
        self._wait = wait
        self._schedule = schedule
        self._calls: dict[int, Call] = {}
        self._streams: dict[int, OutboundStream] = {}
        self._arguments: dict[int, ref[InboundStream]] = {}  # a function that drops its stream leaves it
        self._take: "dict[int, Callable[[Fields, Any, BaseException | None], None]]" = {
            kinds.HELLO: self._on_hello,
            kinds.RESULT: self._on_result,
            kinds.ERROR: self._on_error,
            kinds.CHUNK: self._on_chunk,
            kinds.END: self._on_end,
            kinds.CANCEL: self._on_cancel,
            kinds.CREDIT: self._on_credit,
            kinds.PING: self._on_ping,
            kinds.RELEASE: self._on_release,
        }

    def receive(self, message: "Message") -> "Work | None":
        """Take a message; gives work for the main thread, if it is any.

        Raises:
            FrameError: it is not of the protocol (ERR_SYNAPSE_FRAME).
        """
        header, payload, error = message
        if header[0] == kinds.CALL:
            return self._on_call(header, payload, error)
        take = self._take.get(header[0])
        if take is None:
            raise FrameError(f"the host sent a message of the unknown kind {header[0]!r}")
        take(header, payload, error)
        return None

    def resolve(self, code: int, number: int) -> "Any":
        """Give what a reference of the host stands for: an object that it holds, one of its functions or streams."""
        if code == HANDLE:
            return self._runner.handles.resolve(number)
        if code == FUNCTION:
            return self.callbacks.function(number)
        argument = InboundStream(number, self._host, self._wait, self._forget_argument)
        self._arguments[number] = ref(argument)
        return argument

    @property
    def is_busy(self) -> bool:
        """Whether any call has not come to its end."""
        return bool(self._calls)

    def forget(self, call: Call) -> None:
        """Drop a call that was answered for good."""
        call.done = True
        self._calls.pop(call.id, None)
        self._streams.pop(call.id, None)

    def disconnect(self) -> None:
        """Stop everything, and let nobody wait for the host, which is gone."""
        self.stop_all()
        self.hang_up()

    def hang_up(self) -> None:
        """Let nobody wait for the host."""
        self.callbacks.disconnect()
        for number in list(self._arguments):
            argument = self._argument(number)
            if argument is not None:
                argument.disconnect()

    def stop_all(self) -> None:
        """Stop every call."""
        for call in list(self._calls.values()):
            self._stop(call)

    def _on_call(self, header: "Fields", payload: "Any", error: "BaseException | None") -> "Work | None":
        call = Call(header[1], header[2], self._host.log)
        options = header[3] if len(header) > 3 else None
        try:
            if error is not None:
                raise error
            args, kwargs = _arguments(payload)
            if options:
                timeout = options.get("timeout")
                call.deadline = monotonic() + timeout / 1000 if timeout else None
                call.nested = bool(options.get("nested"))
            method = self._runner.find(self._methods, call.method, options)
            call.response = method.response
            self._calls[call.id] = call
            if method.response == "stream":
                self._open_stream(call, method, args, kwargs)
            elif method.where == "main":
                return call, method, args, kwargs
            else:
                self._runner.start(call, method, args, kwargs)
        except Exception as refusal:
            self.forget(call)
            self._host.error(call.id, refusal)
        return None

    def _open_stream(self, call: Call, method: "Method", args: "list[Any]", kwargs: "dict[str, Any]") -> None:
        def make() -> "Any":
            return method.function(*args, **kwargs)

        if method.where == "main":
            self._streams[call.id] = MainStream(self._host, call, make, self.forget, self._schedule)
        elif method.where == "loop":
            from .async_stream import AsyncStream  # noqa: PLC0415 - asyncio takes long to load

            stream = self._streams[call.id] = AsyncStream(self._host, call, make, self.forget)
            self._runner.start_task(call, stream.run())
        else:
            threaded = self._streams[call.id] = ThreadStream(self._host, call, make, self.forget)
            self._runner.start_thread(method, threaded.run)

    def _stop(self, call: Call) -> None:
        stream = self._streams.get(call.id)
        self._runner.stop(call)
        if isinstance(stream, MainStream):
            stream.want_turn()

    def _argument(self, number: int) -> "InboundStream | None":
        found = self._arguments.get(number)
        return None if found is None else found()

    def _forget_argument(self, number: int) -> None:
        self._arguments.pop(number, None)

    def _on_hello(self, header: "Fields", _payload: "Any", _error: "BaseException | None") -> None:
        if header[1] != kinds.PROTOCOL_VERSION:
            raise FrameError(f"the host speaks version {header[1]!r} of the protocol, this worker version {kinds.PROTOCOL_VERSION}")
        self._host.learn(header[2])

    def _on_result(self, header: "Fields", payload: "Any", error: "BaseException | None") -> None:
        self.callbacks.answer(header[1], payload, error)

    def _on_error(self, header: "Fields", payload: "Any", _error: "BaseException | None") -> None:
        argument = self._argument(header[1])
        if argument is not None:
            self._forget_argument(header[1])
            argument.finish(read_error(payload))
        else:
            self.callbacks.fail(header[1], payload)

    def _on_chunk(self, header: "Fields", payload: "Any", error: "BaseException | None") -> None:
        argument = self._argument(header[1])
        if argument is not None:
            argument.give(payload, error, self.last_size)

    def _on_end(self, header: "Fields", _payload: "Any", _error: "BaseException | None") -> None:
        argument = self._argument(header[1])
        if argument is not None:
            self._forget_argument(header[1])
            argument.finish()

    def _on_cancel(self, header: "Fields", _payload: "Any", _error: "BaseException | None") -> None:
        call = self._calls.get(header[1])
        if call is not None:
            self._stop(call)

    def _on_credit(self, header: "Fields", _payload: "Any", _error: "BaseException | None") -> None:
        stream = self._streams.get(header[1])
        if stream is not None:
            stream.grant(header[2])

    def _on_ping(self, header: "Fields", _payload: "Any", _error: "BaseException | None") -> None:
        self._host.tell(kinds.PONG, header[1])

    def _on_release(self, header: "Fields", _payload: "Any", _error: "BaseException | None") -> None:
        released = self._runner.handles.release(header[1], header[2])
        if released is not None:
            self._schedule(released)  # dropped by the main thread: its finalizer may do anything


def _arguments(payload: "Any") -> "tuple[list[Any], dict[str, Any]]":
    """Give the arguments of a call: ``[args]`` or ``[args, kwargs]``."""
    args, kwargs = (*payload, {})[:2] if type(payload) is list and payload else (None, None)
    if type(args) is not list or type(kwargs) is not dict:
        raise SerializationError("a call has no arguments where they should be: [args] or [args, kwargs]")
    return args, kwargs
