"""How names are looked up: without running code of the module before its turn."""

import pytest

from synapse_py.attribute import attribute_method, iteration
from synapse_py.errors import UnknownMethodError, UnsupportedCallError
from synapse_py.methods import Methods, expose, find_handler, handler


class Shop:
    rate = 2

    def __init__(self):
        self.instance = lambda: "instance"

    def plain(self, x, *, y=0):
        return x * self.rate + y

    async def later(self):
        return 1

    def items(self):
        yield 1

    async def items_later(self):
        yield 1

    @classmethod
    async def of_class(cls):
        return cls

    @staticmethod
    def static(x):
        return x

    @property
    def looked_up(self):
        raise AssertionError("it was looked up before its turn")

    def __getattr__(self, name):
        raise AttributeError(name)

    def __call__(self):
        return "called"


@pytest.mark.parametrize(
    ("name", "where", "response"),
    [
        ("plain", "main", "result"),
        ("later", "loop", "result"),
        ("items", "main", "stream"),
        ("items_later", "loop", "stream"),
        ("of_class", "loop", "result"),
        ("static", "main", "result"),
        ("instance", "main", "result"),
        ("looked_up", "main", "result"),
        ("missing", "main", "result"),
        ("", "main", "result"),
    ],
)
@pytest.mark.parametrize("dotted", [False, True], ids=["of a handle", "dotted"])
def test_methods_of_objects_are_told_apart_without_looking_them_up(name, where, response, dotted):
    if dotted and not name:
        method = Methods({"shop": Shop()}).find("shop")
    else:
        method = Methods({"shop": Shop()}).find(f"shop.{name}", True) if dotted else attribute_method(Shop(), name, name or "Shop", True)
    assert (method.where, method.response) == (where, response)


def test_a_generator_of_an_object_is_made_and_given_itself_where_its_items_are_not_wanted():
    for name in ("items", "items_later"):
        for method in (Methods({"shop": Shop()}).find(f"shop.{name}"), attribute_method(Shop(), name, name)):
            assert (method.response, method.where) == ("result", "main")


def test_what_has_no_items_is_refused_before_it_is_run():
    for owner, kind in ((5, "an int"), (Shop(), "a Shop"), (dict, "a type"), (lambda: 1, "a function")):
        with pytest.raises(UnsupportedCallError, match=f"{kind} is not iterable"):
            iteration(owner)


def test_items_come_of_whatever_python_iterates():
    class Indexed:
        def __getitem__(self, index):
            return "ab"[index]

    class Closable:
        closed = False

        def __next__(self):
            return 1

        def __iter__(self):
            return self

        def close(self):
            self.closed = True

    for owner in ("ab", ["a", "b"], Indexed(), (each for each in "ab")):
        assert list(iteration(owner).function()) == ["a", "b"]
    generator = (each for each in "ab")
    assert iteration(generator).function() is generator
    assert not hasattr(iteration(Closable()).function(), "close")


def test_a_method_is_looked_up_when_it_is_called():
    namespace = {"shop": Shop()}
    method = Methods(namespace).find("shop.plain")
    namespace["shop"].rate = 3
    assert method.function(4, y=1) == 13
    assert attribute_method(Shop(), "", "Shop").function() == "called"
    assert attribute_method(Shop, "", "Shop").function().rate == 2
    with pytest.raises(UnknownMethodError, match="no public attribute missing"):
        attribute_method(Shop(), "missing", "missing").function()
    with pytest.raises(UnsupportedCallError, match="is an int, not a function"):
        attribute_method(Shop(), "rate", "rate").function()


def test_arguments_may_be_called_like_ours():
    def f(owner, path, called):
        return [owner, path, called]

    assert attribute_method(f, "", "f").function(owner=1, path=2, called=3) == [1, 2, 3]


def test_an_attribute_of_an_object_that_was_replaced_is_the_new_ones():
    namespace = {"shop": Shop()}
    methods = Methods(namespace)
    assert methods.find("shop.static").function(1) == 1
    namespace["shop"] = {"a": 1}
    assert list(methods.find("shop.keys").function()) == ["a"]


def test_private_names_and_modules_are_not_served():
    methods = Methods({"_hidden": len, "pytest": pytest, "shop": Shop()})
    for name in ("_hidden", "pytest", "eval", "shop._x", "shop.__class__", "pytest.fixture"):
        with pytest.raises(UnknownMethodError):
            methods.find(name).function()


class Proxy:
    """Stands for an object that is not there."""

    def __call__(self):
        return 1

    def __getattr__(self, _name):
        raise RuntimeError("working outside of a request")


def test_an_object_that_stands_for_nothing_does_no_harm():
    namespace = {"request": Proxy(), "handle": len}
    assert find_handler(namespace) is len
    assert Methods(namespace).find("request").function() == 1


def test_the_marked_handler_comes_first():
    def handle():
        """Is named so."""

    @handler
    def other():
        """Is marked."""

    assert find_handler({"handle": handle, "other": other}) is other
    assert Methods({"handle": handle}).find("").function is handle
    with pytest.raises(UnknownMethodError, match="needs a handler"):
        Methods({}).find("")


@pytest.mark.parametrize("arguments", [{"response": "maybe"}, {"threads": 0}, {"threads": "2"}, {"threads": 1.5}], ids=str)
def test_expose_takes_nothing_else(arguments):
    with pytest.raises(ValueError, match="must be"):
        expose(**arguments)


def test_expose_names_and_kinds():
    @expose(name="other", response="ack", threads=2)
    def f():
        """Is served as `other`."""

    method = Methods({"f": f}).find("other")
    assert (method.response, method.where, method.threads) == ("ack", "threads", 2)

    async def later():
        """Runs on the loop."""

    with pytest.raises(ValueError, match="event loop"):
        expose(threads=1)(later)


def test_a_generator_is_a_stream_and_nothing_else():
    @expose(response="result")
    def items():
        yield 1

    with pytest.raises(UnsupportedCallError, match="its response is a stream"):
        Methods({"items": items}).find("items")
