"""The header of a trace: what is raced, with hashes of the files, and where the trace goes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from app import __version__
from app.engines.order import COMMAND
from app.places import Places
from app.race.lanes import LaneSpec, Request
from app.race.trace import FileHash, Header
from app.worker.machine import describe_machine
from app.worker.request import RaceRequest

_WHOLE_HASH_BYTES = 256 << 20
_END_BYTES = 1 << 20


def make_header(request: RaceRequest, specs: Sequence[LaneSpec], now: datetime) -> Header:
    """Returns the trace's header. It names files, never folders. Reads model files, so call it off the UI thread.

    Args:
        request: What was asked for.
        specs: Its lanes.
        now: When the race begins.
    """
    paths = {path for spec in specs for path in (spec.target, spec.drafter) if path}
    return Header(
        created=now.astimezone(UTC).isoformat(timespec="seconds"),
        app_version=__version__,
        pair=request.pair.id,
        pair_title=request.pair.title,
        prompt_name=request.prompt.name,
        workload=request.prompt.workload,
        language=request.prompt.language,
        request=Request(
            request.prompt.text,
            request.max_tokens,
            request.sampling,
            concurrency=request.concurrency,
            thinking=request.thinking or request.prompt.thinking,
            before=request.prompt.before,
            depth=request.depth,
        ),
        format=request.format,
        lanes=tuple(
            msgspec.structs.replace(
                spec,
                target=_name(spec.target),
                drafter=_name(spec.drafter),
                options={name: value for name, value in spec.options.items() if name != COMMAND},
            )
            for spec in specs
        ),
        files=tuple(FileHash(_name(path), 0) if "://" in path else _hash(Path(path)) for path in sorted(paths)),
        machine=describe_machine(),
    )


def _name(target: str) -> str:
    """Returns a file's or a folder's name, or a server's host and port; never a login name."""
    host = urlsplit(target).netloc if "://" in target else ""
    return host.rpartition("@")[2] or Path(target).name


def trace_paths(places: Places, header: Header) -> Iterator[Path]:
    """Yields names for a new trace that sort by time and tell what it is, until one is free."""
    stamp = re.sub(r"[^0-9T]", "", header.created.partition("+")[0]).replace("T", "-")
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{stamp}-{header.pair}-{header.prompt_name}")
    yield places.races / f"{stem}.ndjson"
    number = 2
    while True:
        yield places.races / f"{stem}-{number}.ndjson"
        number += 1


def _hash(path: Path) -> FileHash:
    """Hashes a model: whole if that takes no time to speak of, else its ends, where header and tensors differ."""
    try:
        if path.is_dir():
            return _hash_folder(path)
        if not path.is_file():
            return FileHash(path.name, 0)
        return _hash_file(str(path), path.stat().st_size, path.stat().st_mtime_ns)
    except OSError:
        return FileHash(path.name, 0)


def _hash_folder(folder: Path) -> FileHash:
    """Hashes what makes the model: without it all folders would share what was measured of one of them."""
    parts = [_hash(path) for path in sorted([*folder.glob("config.json"), *folder.glob("*.safetensors")])]
    lines = "".join(f"{part.name} {part.digest}\n" for part in parts)
    size = sum(part.size for part in parts)
    return FileHash(folder.name, size, "sha256-folder", hashlib.sha256(lines.encode()).hexdigest())


_known: dict[tuple[str, int, int], FileHash] = {}


def _hash_file(path: str, size: int, changed_ns: int) -> FileHash:
    key = (path, size, changed_ns)
    if key not in _known:
        with Path(path).open("rb") as stream:
            if size <= _WHOLE_HASH_BYTES:
                kind, digest = "sha256", hashlib.file_digest(stream, "sha256").hexdigest()
            else:
                kind, ends = "sha256-ends", hashlib.sha256(stream.read(_END_BYTES))
                stream.seek(-_END_BYTES, 2)
                ends.update(stream.read(_END_BYTES))
                digest = ends.hexdigest()
        _known[key] = FileHash(Path(path).name, size, kind, digest)
    return _known[key]
