import sys

import pytest

from synapse_py.errors import CallbackError, SerializationError, UnknownMethodError
from synapse_py.failure import MAX_FRAMES, MAX_RELATED, MAX_TEXT, describe_error, format_traceback, outline_error


def raised(error, cause=None):
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def test_an_error_is_told_with_its_class_message_and_place():
    told = describe_error(raised(LookupError("nothing there")))
    assert (told["type"], told["module"], told["message"]) == ("LookupError", "builtins", "nothing there")
    (frame,) = told["frames"]
    assert (frame[0], frame[2], frame[3]) == (__file__, "raised", "raise error from cause")
    assert told["traceback"].endswith("LookupError: nothing there\n")
    assert (told["cause"], told["context"], told["notes"], told["exceptions"], told["code"]) == (None, None, [], None, None)


def test_causes_and_contexts_are_told():
    told = describe_error(raised(ValueError("outer"), raised(KeyError("inner"))))
    assert told["cause"]["type"] == "KeyError"
    assert told["context"] is None
    try:
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError("second")  # noqa: B904 - its context is the point
    except ValueError as error:
        assert describe_error(error)["context"]["type"] == "KeyError"


def test_errors_that_are_each_others_cause_come_to_an_end():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert describe_error(first)["cause"]["cause"] is None


def test_a_long_chain_is_cut():
    error = None
    for number in range(MAX_RELATED * 3):
        error = raised(ValueError(number), error)
    told, length = describe_error(error), 0
    while told is not None:
        told, length = told["cause"], length + 1
    assert length == MAX_RELATED


def test_of_a_deep_recursion_the_last_frames_are_told():
    def deeper():
        deeper()

    try:
        deeper()
    except RecursionError as error:
        told = describe_error(error)
    assert len(told["frames"]) == MAX_FRAMES
    assert len(told["traceback"]) <= MAX_TEXT + 100


def test_texts_are_bounded():
    error = ValueError("x" * (MAX_TEXT * 3))
    error.__notes__ = ["n" * (MAX_TEXT * 2)] * (MAX_RELATED * 2)
    told = describe_error(error)
    assert len(told["message"]) < MAX_TEXT + 100
    assert len(told["notes"]) == MAX_RELATED
    assert all(len(note) < MAX_TEXT + 100 for note in told["notes"])


def test_errors_of_this_package_tell_their_code_and_data():
    told = describe_error(SerializationError("no form", "result.x"))
    assert (told["code"], told["path"]) == ("ERR_SYNAPSE_SERIALIZATION", "result.x")
    assert describe_error(UnknownMethodError("none", "f", ["g"]))["available"] == ["g"]
    assert describe_error(CallbackError("no"))["code"] is None


def test_the_members_of_a_group_are_told():
    class Group(Exception):  # as the package that brings groups to older Pythons makes them
        exceptions = (ValueError("a"), KeyError("b"))

    assert [member["type"] for member in describe_error(Group())["exceptions"]] == ["ValueError", "KeyError"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with Python 3.11")
def test_a_group_of_the_language_is_told():
    group = ExceptionGroup("several", [ValueError("a"), ExceptionGroup("inner", [KeyError("b")])])  # noqa: F821
    told = describe_error(group)
    assert told["exceptions"][1]["exceptions"][0]["type"] == "KeyError"


class Odd(Exception):
    """Its attributes are what the test makes them."""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("exceptions", ("text", 5)),
        ("exceptions", (Odd,)),
        ("exceptions", 7),
        ("exceptions", ()),
        ("__notes__", 7),
        ("__notes__", [5, None]),
        ("__notes__", property(lambda _: 1 / 0)),
        ("exceptions", property(lambda _: 1 / 0)),
        ("__module__", None),
        ("__str__", lambda _: 1 / 0),
        ("__str__", lambda _: 5),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_error_that_is_not_as_it_should_be_is_told_all_the_same(name, value):
    told = describe_error(raised(type("Odder", (Odd,), {name: value})("text")))
    assert told["type"] == "Odder"
    assert "Odder" in told["traceback"]
    assert all(member is None or isinstance(member, dict) for member in told["exceptions"] or [])


def test_an_outline_has_the_same_fields_and_is_short():
    error = raised(SerializationError("x" * 100_000, "result"))
    outline = outline_error(error)
    assert outline.keys() == describe_error(error).keys()
    assert len(repr(outline)) < 1000
    assert outline["code"] == "ERR_SYNAPSE_SERIALIZATION"


def test_a_traceback_stays_on_its_error():
    error = raised(ValueError())
    before = error.__traceback__
    format_traceback(error)
    assert error.__traceback__ is before
