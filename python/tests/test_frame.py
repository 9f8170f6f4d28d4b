import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synapse_py.errors import FrameError, FrameTooLargeError
from synapse_py.frame import encode_frame, read_frame, write_frame

from . import vectors

VECTORS = vectors.load("frames.json")


class Dribble(io.RawIOBase):
    """A stream that gives its bytes in chosen chunks, as a pipe may."""

    def __init__(self, data, sizes):
        self.data, self.sizes = data, list(sizes)

    def readable(self):
        return True

    def read(self, size=-1):
        step = self.sizes.pop(0) if self.sizes else size
        taken, self.data = self.data[: min(step, size)], self.data[min(step, size) :]
        return taken


@pytest.mark.parametrize("row", VECTORS["frames"], ids=lambda row: row["name"])
def test_golden_frames_are_written_and_read(row):
    bodies = [bytes.fromhex(body) for body in row["bodies"]]
    assert b"".join(map(encode_frame, bodies)).hex() == row["hex"]
    stream = io.BytesIO(bytes.fromhex(row["hex"]))
    assert [read_frame(stream) for _ in bodies] == bodies
    assert read_frame(stream) is None


@pytest.mark.parametrize("row", VECTORS["torn"], ids=lambda row: row["name"])
def test_a_stream_that_ends_inside_a_frame_is_an_error(row):
    with pytest.raises(FrameError) as caught:
        read_frame(io.BytesIO(bytes.fromhex(row["hex"])))
    assert caught.value.code == "ERR_SYNAPSE_FRAME"


@pytest.mark.parametrize("row", VECTORS["too_large"], ids=lambda row: row["name"])
def test_a_body_beyond_the_limit_is_refused_before_it_is_read(row):
    with pytest.raises(FrameTooLargeError) as caught:
        read_frame(io.BytesIO(bytes.fromhex(row["hex"])), row["limit"])
    assert (caught.value.size, caught.value.limit) == (row["size"], row["limit"])


def test_nothing_is_written_of_a_body_beyond_the_limit():
    out = io.BytesIO()
    with pytest.raises(FrameTooLargeError):
        write_frame(out, b"12345", limit=4)
    assert out.getvalue() == b""


@given(st.lists(st.binary(max_size=50), max_size=6), st.lists(st.integers(1, 20)))
def test_frames_survive_every_chunking(bodies, sizes):
    stream = Dribble(b"".join(map(encode_frame, bodies)), sizes)
    assert [read_frame(stream) for _ in bodies] == bodies
    assert read_frame(stream) is None
