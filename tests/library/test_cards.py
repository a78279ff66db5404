"""Race cards: what goes into a picture comes out of it whole, or the reader says why not."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.library.cards import CHUNK, MAX_PACKED, MAX_UNPACKED, pack, with_trace
from app.library.traces import open_trace, trace_bytes
from app.race.problems import ProblemError

TRACE = Path(__file__).resolve().parents[1] / "video" / "data" / "fibonacci.ndjson"
HEAD = struct.Struct(">B32sQ")


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    """A PNG that another program wrote."""
    out = io.BytesIO()
    Image.new("RGB", size, "#334455").save(out, "PNG")
    return out.getvalue()


def card(data: bytes) -> bytes:
    return with_trace(picture(), pack([data]))


def chunk(body: bytes, kind: bytes = CHUNK) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(*chunks: bytes) -> bytes:
    png = picture()
    return png[:-12] + b"".join(chunks) + png[-12:]


def opened(data: bytes, folder: Path) -> bytes:
    path = folder / "card.png"
    path.write_bytes(data)
    return b"".join(trace_bytes(path))


def refused(data: bytes, folder: Path) -> str:
    with pytest.raises(ProblemError) as told:
        opened(data, folder)
    return told.value.problem.kind


def test_a_card_is_a_picture_and_gives_the_trace_back_byte_by_byte(tmp_path: Path) -> None:
    data = card(TRACE.read_bytes())
    assert opened(data, tmp_path) == TRACE.read_bytes()
    with Image.open(io.BytesIO(data)) as seen:
        seen.load()
        assert seen.size == (40, 30)
    assert open_trace(tmp_path / "card.png").complete


@given(st.binary(max_size=5000))
def test_any_bytes_come_back(data: bytes) -> None:
    from app.library.cards import trace_in

    assert b"".join(trace_in(io.BytesIO(card(data)))) == data


@given(st.data())
def test_a_changed_card_gives_the_same_trace_or_is_refused(data: st.DataObject) -> None:
    from app.library.cards import trace_in

    whole = bytearray(card(b"a trace of a race " * 20))
    at = data.draw(st.integers(8, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(8, len(whole)))
    try:
        found = b"".join(trace_in(io.BytesIO(bytes(whole[:cut]))))
    except ProblemError:
        return
    assert found == b"a trace of a race " * 20


def test_a_card_that_pillow_saved_again_says_that_the_trace_is_gone(tmp_path: Path) -> None:
    again = io.BytesIO()
    with Image.open(io.BytesIO(card(TRACE.read_bytes()))) as seen:
        seen.save(again, "PNG", optimize=True)
    assert refused(again.getvalue(), tmp_path) == "card-empty"


@pytest.mark.parametrize("kind", ["JPEG", "WebP", "GIF"])
def test_a_card_that_a_site_made_another_picture_of_says_so(kind: str, tmp_path: Path) -> None:
    again = io.BytesIO()
    with Image.open(io.BytesIO(card(TRACE.read_bytes()))) as seen:
        seen.save(again, kind)
    path = tmp_path / "card.png"
    path.write_bytes(again.getvalue())
    with pytest.raises(ProblemError, match="carries no race") as told:
        open_trace(path)
    assert kind in told.value.problem.cause


@pytest.mark.parametrize(
    ("program", "words", "kept"),
    [
        ("optipng", ["-quiet", "-o1"], True),
        ("optipng", ["-quiet", "-strip", "all", "-o1"], False),
        ("oxipng", ["-q", "-o1"], True),
        ("oxipng", ["-q", "-o1", "--strip", "all"], False),
    ],
)
def test_a_card_that_an_optimizer_packed_opens_or_says_why_not(
    program: str, words: list[str], kept: bool, tmp_path: Path
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    path = tmp_path / "card.png"
    path.write_bytes(card(TRACE.read_bytes()))
    subprocess.run([program, *words, str(path)], check=True, timeout=60)
    if kept:
        assert b"".join(trace_bytes(path)) == TRACE.read_bytes()
    else:
        assert refused(path.read_bytes(), tmp_path) == "card-empty"


def test_a_trace_that_does_not_fit_leaves_its_digest_and_size(tmp_path: Path) -> None:
    import hashlib
    import random

    noise = random.Random(1).randbytes(MAX_PACKED + 4096)
    packed = pack([noise[: 1 << 20], noise[1 << 20 :]])
    assert packed.data == b""
    assert "too large" in packed.sentence
    path = tmp_path / "card.png"
    path.write_bytes(with_trace(picture(), packed))
    assert path.stat().st_size < 2000
    with pytest.raises(ProblemError, match="not in the picture") as told:
        open_trace(path)
    assert hashlib.sha256(noise).hexdigest() in told.value.problem.cause
    assert f"{len(noise):,}" in told.value.problem.cause


def test_a_bomb_is_refused_whatever_its_head_says(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    assert len(bomb) < MAX_PACKED
    for size in (10, MAX_UNPACKED, 200 << 20, 2**64 - 1):
        assert refused(with_chunk(chunk(HEAD.pack(1, bytes(32), size) + bomb)), tmp_path) == "card-damaged"


def test_what_is_no_card_is_refused_with_its_reason(tmp_path: Path) -> None:
    body = HEAD.pack(1, pack([b"x"]).data.ljust(32)[:32], 1) + zlib.compress(b"x")
    assert refused(picture(), tmp_path) == "card-empty"
    assert refused(with_chunk(chunk(b"")), tmp_path) == "card-damaged"
    assert refused(with_chunk(chunk(body)), tmp_path) == "card-damaged"
    assert refused(with_chunk(chunk(HEAD.pack(2, bytes(32), 1) + b"x")), tmp_path) == "card-newer"
    good = card(b"x")
    twice = with_trace(good, pack([b"y"]))
    assert refused(twice, tmp_path) == "card-damaged"
    huge = good.replace(CHUNK, b"mtRc", 1)
    at = huge.index(CHUNK)
    assert refused(huge[: at - 4] + struct.pack(">I", 2**31 - 1) + huge[at:], tmp_path) == "card-damaged"


def test_a_trace_out_of_a_card_is_data_and_names_no_file(tmp_path: Path) -> None:
    """Names that climb out of folders and markup stay text of the trace."""
    head = (
        b'{"mtp_race_trace":1,"pair":"../../../etc/passwd","pair_title":"<script>alert(1)</script>",'
        b'"request":{"prompt":"x"}}\n'
    )
    path = tmp_path / "card.png"
    path.write_bytes(card(head))
    assert open_trace(path).header.pair == "../../../etc/passwd"
    assert [item.name for item in tmp_path.iterdir()] == ["card.png"]


def test_a_picture_inside_a_card_is_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "card.png"
    path.write_bytes(card(card(b"x")))
    with pytest.raises(ProblemError, match="not a trace"):
        open_trace(path)
