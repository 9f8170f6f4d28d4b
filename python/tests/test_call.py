import threading

from synapse_py.call import MAX_PARTIAL, NO_CALL, Call, current_call


class Log:
    def __init__(self):
        self.lines = []

    def __call__(self, *message):
        self.lines.append(message)


def test_printed_text_leaves_in_whole_lines():
    log = Log()
    call = Call(2, "f", log)
    for text in ("a", "b\nc", "d", "\n", "", "e\nf\ng"):
        call.print("stdout", text)
    assert log.lines == [(2, "stdout", None, text) for text in ("ab\n", "cd\n", "e\nf\n")]
    call.finish_printing()
    assert log.lines[-1] == (2, "stdout", None, "g")
    call.finish_printing()
    assert len(log.lines) == 4


def test_the_streams_do_not_mix():
    log = Log()
    call = Call(2, "f", log)
    call.print("stdout", "out")
    call.print("stderr", "err")
    call.print("stdout", "\n")
    call.finish_printing()
    assert log.lines == [(2, "stdout", None, "out\n"), (2, "stderr", None, "err")]


def test_a_line_without_end_is_not_kept_for_ever():
    log = Log()
    call = Call(2, "f", log)
    call.print("stdout", "x" * MAX_PARTIAL)
    assert log.lines == []
    call.print("stdout", "x")
    assert len(log.lines[0][3]) == MAX_PARTIAL + 1


def test_threads_that_print_for_one_call_lose_nothing():
    log = Log()
    call = Call(2, "f", log)
    threads = [threading.Thread(target=lambda: [call.print("stdout", text) for _ in range(2000) for text in ("x", "\n")]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    call.finish_printing()
    text = "".join(line[3] for line in log.lines)
    assert (text.count("x"), text.count("\n")) == (8000, 8000)


def test_outside_of_calls_there_is_one_that_never_ends():
    call = current_call()
    assert call is NO_CALL
    assert (call.cancelled, call.deadline, call.remaining) == (False, None, None)
    call.log("nowhere")
