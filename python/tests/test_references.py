import gc
import threading

import pytest

from synapse_py.errors import CallbackError, DisconnectedError, StaleHandleError
from synapse_py.message import RELEASE
from synapse_py.references import Callbacks, Handles, read_error


class Thing:
    pass


def test_an_object_has_one_handle_however_often_it_is_sent():
    handles, thing = Handles(), Thing()
    number, kind, name = handles.refer(thing)
    assert (kind, name) == ("instance", "Thing")
    assert handles.refer(thing)[0] == number
    assert handles.resolve(number) is thing
    assert handles.release(number, 1) is None
    assert handles.resolve(number) is thing
    assert handles.release(number, 1)[0] is thing
    with pytest.raises(StaleHandleError):
        handles.resolve(number)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Thing, ("class", "Thing")), (len, ("function", "len")), ([].append, ("function", "list.append")), (Thing(), ("instance", "Thing"))],
    ids=["class", "function", "method", "instance"],
)
def test_kinds_and_names_are_told(value, expected):
    assert Handles().refer(value)[1:] == expected


class Gate:
    def release(self):
        raise AssertionError

    @property
    def toString(self):
        raise AssertionError


class Wrapper:
    def __getattr__(self, name):
        if name == "release":
            return None
        raise RuntimeError if name == "toString" else AttributeError


def with_its_own():
    thing = Thing()
    thing.release = None
    return thing


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (threading.Lock(), ["release"]),
        (Gate(), ["release", "toString"]),
        (Gate, ["release", "toString"]),
        (Wrapper(), ["release"]),
        (with_its_own(), ["release"]),
    ],
    ids=["C", "class", "class itself", "names made when asked for", "instance"],
)
def test_names_that_handles_have_too_are_told_without_a_look_at_what_they_are(value, expected):
    assert Handles().refer(value)[3:] == (expected,)


def test_an_object_lives_until_the_list_that_was_released_is_cleared():
    class Loud:
        def __del__(self):
            log.append("gone")
            handles.refer(Thing())  # as a finalizer that sends something does

    log, handles = [], Handles()
    number = handles.refer(Loud())[0]
    released = handles.release(number, 1)
    assert log == []
    released.clear()
    gc.collect()
    assert log == ["gone"]


def test_releases_too_many_or_of_nothing_are_passed_over():
    handles = Handles()
    assert handles.release(5, 1) is None
    number = handles.refer(Thing())[0]
    assert handles.release(number, 100)
    assert handles.release(number, 1) is None


def test_a_name_that_cannot_be_told_leaves_nothing_behind():
    class Odd:
        def __getattr__(self, _name):
            raise RuntimeError

    handles = Handles()
    with pytest.raises(RuntimeError):
        handles.refer(Odd())
    assert not handles._objects


def test_threads_that_send_at_once_get_numbers_of_their_own():
    handles, numbers = Handles(), []
    things = [Thing() for _ in range(8000)]
    threads = [
        threading.Thread(target=lambda part=part: numbers.extend(handles.refer(thing)[0] for thing in things[part::4])) for part in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 8001))


class FakeHost:
    def __init__(self, answer=None):
        self.told = []
        self.calls = []
        self._last = -1
        self.fails = None

    def make_id(self):
        self._last += 2
        return self._last

    def call(self, id, function, args, kwargs):
        if self.fails:
            raise self.fails
        self.calls.append((id, function, args, kwargs))

    def tell(self, *message):
        self.told.append(message)


def callbacks(answer):
    def wait(_signal, _done):
        answer(made)

    host = FakeHost()
    made = Callbacks(host, wait)
    return host, made


def test_a_function_of_the_host_gives_its_answer():
    host, made = callbacks(lambda made: made.answer(1, "answer", None))
    assert made.function(5)(1, a=2) == "answer"
    assert host.calls == [(1, 5, (1,), {"a": 2})]
    assert host.told == [(RELEASE, 5, 1)]


def test_an_error_of_the_host_is_raised():
    _, made = callbacks(lambda made: made.fail(1, {"type": "TypeError", "message": "no", "traceback": "at x"}))
    with pytest.raises(CallbackError, match="TypeError: no"):
        made.function(5)()
    assert not made._replies


@pytest.mark.parametrize("details", [None, {}, [], "text", object()], ids=["none", "empty", "list", "text", "missing"])
def test_an_error_without_details_is_one_still(details):
    assert str(read_error(details)) == "Error: "


def test_what_cannot_be_sent_is_forgotten():
    host, made = callbacks(lambda _: None)
    host.fails = ValueError("no form")
    with pytest.raises(ValueError, match="no form"):
        made.function(5)()
    assert not made._replies


def test_a_wait_that_is_broken_off_is_forgotten_and_its_answer_dropped():
    def give_up(_):
        raise KeyboardInterrupt

    _, made = callbacks(give_up)
    with pytest.raises(KeyboardInterrupt):
        made.function(5)()
    made.answer(1, "late", None)
    assert not made._replies


def test_without_a_host_nobody_waits_and_nobody_begins_to():
    host, made = callbacks(lambda made: made.disconnect())
    function = made.function(5)
    for _ in range(2):
        with pytest.raises(DisconnectedError):
            function()
    assert len(host.calls) == 1
