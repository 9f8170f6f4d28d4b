"""Prints and log records of a real worker: with their call, their level, and without losing any."""

from synapse_py.log import level_name

from .worker import Worker


def test_levels_have_names():
    assert [level_name(number) for number in (5, 10, 20, 25, 30, 40, 50, 60)] == [
        "debug", "debug", "info", "info", "warning", "error", "critical", "critical",
    ]  # fmt: skip


def test_what_is_printed_inside_of_a_call_carries_it_and_the_rest_is_log_output(tmp_path):
    source = """
import sys, threading
print("at the start")
def f():
    print("out")
    print("err", file=sys.stderr)
    thread = threading.Thread(target=print, args=("from a thread of its own",))
    thread.start()
    thread.join()
    print("no end", end="")
"""
    with Worker(tmp_path, source) as worker:
        id = worker.call("f")
        assert worker.answer(id).kind == "result"
        logs = [worker.take("log") for _ in range(3)]
        assert [(log.id, log.rest, log.value) for log in logs] == [
            (id, ["stdout", None], "out\n"),
            (id, ["stderr", None], "err\n"),
            (id, ["stdout", None], "no end"),
        ]
        worker.close()
        assert worker.errors == "at the start\nfrom a thread of its own\n"


LOGS = """
import logging, sys, synapse_py as synapse
{setup}
def f(): logging.getLogger("a.b").warning("record %d", 1)
async def f_later(): f()
@synapse.expose(threads=1)
def f_in_thread(): f()
def fails(): logging.getLogger("a.b").warning("record %d", "text")
"""


def test_records_carry_their_call_and_level_from_everywhere(tmp_path):
    with Worker(tmp_path, LOGS.format(setup="logging.basicConfig(level=logging.INFO)")) as worker:
        for name in ("f_later", "f_in_thread", "f"):
            id = worker.call(name)
            assert worker.answer(id).kind == "result"
            log = worker.take("log")
            assert (log.id, log.rest, log.value) == (id, ["warning", "a.b"], "WARNING:a.b:record 1")
        assert worker.close() == 0
        assert worker.errors == ""


def test_records_that_go_to_a_file_go_there(tmp_path):
    path = tmp_path / "log.txt"
    with Worker(tmp_path, LOGS.format(setup=f"logging.basicConfig(filename={str(path)!r})")) as worker:
        worker.result("f")
        assert worker.close() == 0
        assert path.read_text() == "WARNING:a.b:record 1\n"
        assert worker._queue("log").empty()


def test_a_record_that_cannot_be_formatted_does_not_fail_its_call(tmp_path):
    with Worker(tmp_path, LOGS.format(setup="logging.basicConfig()")) as worker:
        id = worker.call("fails")
        assert worker.answer(id).kind == "result"
        assert "--- Logging error ---" in worker.logged(id)


def test_threads_that_a_coroutine_uses_print_for_its_call(tmp_path):
    source = """
import asyncio
async def many(n):
    loop = asyncio.get_running_loop()
    import contextvars
    await asyncio.gather(*(loop.run_in_executor(None, contextvars.copy_context().run, work, n) for _ in range(4)))
def work(n):
    for i in range(n): print("line")
"""
    with Worker(tmp_path, source) as worker:
        id = worker.call("many", 300)
        assert worker.answer(id).kind == "result"
        text = worker.logged(id)
        assert (text.count("line"), text.count("\n")) == (1200, 1200)
