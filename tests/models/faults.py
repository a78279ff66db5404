"""The fault suite of the download: what goes wrong, how it must end, and the table.

`python -m tests.models.faults` runs all of it against the fake hub and prints the table.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.models.hub import stored
from app.models.pairs import Pair
from app.models.shelf.availability import Ready, availability
from tests.models import misbehaviour as bad
from tests.models.fakehub import COMMIT, Action, git_oid, sha256
from tests.models.hubkit import (
    REPOSITORY,
    TARGET,
    TARGET_BYTES,
    Bench,
    content,
    filled,
    folder_pair,
    open_pair,
    pinned_pair,
    repinned,
)

Step = Callable[[Bench], None]


def nothing(bench: Bench) -> None:
    pass


@dataclass
class Fault:
    """One thing that goes wrong.

    storage, resolve, api: what the server does for the target's file (or the listing), one action a request.
    always: the same for every request. ends: how each download in turn must end: "complete" or a problem's kind.
    before: done to the machine or the hub before each download in turn. twice: the server allows no ranges, or bytes
    had to be thrown away because they were wrong, so some come again.
    """

    name: str
    storage: list[Action] = field(default_factory=list)
    resolve: list[Action] = field(default_factory=list)
    api: list[Action] = field(default_factory=list)
    always: dict[tuple[str, str], Action] = field(default_factory=dict)
    ends: tuple[str, ...] = ("complete",)
    before: tuple[Step, ...] = ()
    pair: Callable[[], Pair] = pinned_pair
    twice: bool = False
    fetched: int | None = None


@dataclass
class Outcome:
    fault: Fault
    ends: list[str]
    sent: int
    twice: int
    wrong: list[str]
    believed: bool

    @property
    def is_right(self) -> bool:
        if self.wrong or self.believed or tuple(self.ends) != self.fault.ends:
            return False
        return (self.fault.twice or self.twice == 0) and self.fault.fetched in (None, self.sent)


def run(fault: Fault, root: Path) -> Outcome:
    with filled() as hub:
        bench = Bench(hub, root)
        hub.script = {("storage", TARGET): list(fault.storage), ("resolve", TARGET): list(fault.resolve)}
        hub.script[("api", "tree")] = list(fault.api)
        hub.always = dict(fault.always)
        ends = []
        for turn in range(len(fault.ends)):
            if turn < len(fault.before):
                fault.before[turn](bench)
            problem = bench.get(fault.pair()).problem
            ends.append("complete" if problem is None else problem.kind)
        sent, twice = hub.served(TARGET)
        wrong = bench.wrong_files()
        ready = isinstance(availability(fault.pair(), bench.places), Ready)
        believed = ready != (ends[-1] == "complete") or (ready and bool(wrong))
        return Outcome(fault, ends, sent, twice, wrong, believed)


# --- steps between downloads ------------------------------------------------------------------------------------------


def part(bench: Bench) -> Path:
    return stored.part_path(bench.folder(), TARGET)


def cut_part(bench: Bench) -> None:
    with part(bench).open("r+b") as stream:
        stream.truncate(50_000)


def flip_part(bench: Bench) -> None:
    data = bytearray(part(bench).read_bytes())
    data[100] ^= 1
    part(bench).write_bytes(data)


def overfill_part(bench: Bench) -> None:
    part(bench).write_bytes(bytes(len(TARGET_BYTES) + 1))


def spoil_note(bench: Bench) -> None:
    stored.note_path(bench.folder(), TARGET).write_bytes(b'{"commit": ')


def remove_note(bench: Bench) -> None:
    stored.note_path(bench.folder(), TARGET).unlink()


def replace_on_hub(bench: Bench) -> None:
    bench.hub.files[REPOSITORY][TARGET] = content(9, 250_000)
    bench.hub.commit = "f00d" + "0" * 36
    bench.hub.etag = "second"


def rename_in_storage(bench: Bench) -> None:
    bench.hub.etag = "renamed"


def cache_file(bench: Bench, data: bytes) -> None:
    folder = bench.settings.cache / "models--maker--model-GGUF"
    blob = folder / "blobs" / sha256(TARGET_BYTES)
    link = folder / "snapshots" / COMMIT / TARGET
    for path in (blob, link):
        path.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(data)
    link.symlink_to(blob)


def spoil_complete(bench: Bench) -> None:
    (bench.folder() / TARGET).write_bytes(bytes(len(TARGET_BYTES)))


def block_folder(bench: Bench) -> None:
    bench.places.models.parent.mkdir(parents=True, exist_ok=True)
    bench.places.models.write_bytes(b"a file where the folder should be")


def small_files_only(bench: Bench) -> None:
    """The disk takes no file larger than this: the write fails in the middle, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))


def large_files_again(bench: Bench) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def gated(bench: Bench) -> None:
    bench.hub.token = "hf_good"


def refuse(code: int, name: str, said: str, token: str | None = "hf_mine") -> Step:
    def step(bench: Bench) -> None:
        bench.hub.refusal, bench.token = (code, name, said), token

    return step


def accept(bench: Bench) -> None:
    bench.hub.refusal, bench.token, bench.hub.token = None, "hf_good", "hf_good"


def go_offline(bench: Bench) -> None:
    bench.offline = True


def go_online(bench: Bench) -> None:
    bench.offline = False


def lose_file(bench: Bench) -> None:
    del bench.hub.files[REPOSITORY][TARGET]


def lose_repository(bench: Bench) -> None:
    del bench.hub.files[REPOSITORY]


def small_pages(bench: Bench) -> None:
    bench.hub.page = 2


def listing_with(path: str) -> bytes:
    return f'[{{"type": "file", "path": "{path}", "size": 4, "oid": "{git_oid(b"evil")}"}}]'.encode()


def never_ending(h: object) -> None:
    h.json([], {"Link": f'<{h.hub.endpoint}{h.path}>; rel="next"'})  # type: ignore[attr-defined]


def moved(h: object) -> None:
    h.head(307, {"Location": h.path.replace(REPOSITORY, "maker/new-name"), "Content-Length": "0"})  # type: ignore[attr-defined]


def new_home(bench: Bench) -> None:
    bench.hub.files["maker/new-name"] = bench.hub.files[REPOSITORY]
    bench.hub.always[("resolve", TARGET)] = lambda h: (
        moved(h) if h.repository == REPOSITORY else type(h).usual_resolve(h)
    )


DROP, FOREVER = bad.drop(100_000), ("storage", TARGET)
OTHER = sha256(b"another file")

FAULTS: list[Fault] = [
    Fault("nothing goes wrong", fetched=300_000),
    Fault("the connection ends in the middle", [DROP]),
    Fault("the connection is reset in the middle", [bad.reset(100_000)]),
    Fault("the server stalls in the middle", [bad.stall(100_000)]),
    Fault("the server stalls before the first byte", [bad.stall(0)]),
    Fault("five breaks one after the other", [bad.drop(20_000)] * 5),
    Fault("an answer without a length ends early", [bad.chunked(upto=70_000)]),
    Fault("an answer without a length", [bad.chunked()]),
    Fault("the server closes without an answer", [bad.no_answer]),
    Fault("the server does not speak HTTP once", [bad.garbage]),
    Fault("no byte arrives, then it works", always={FOREVER: bad.no_answer}, ends=("interrupted", "complete"),
          before=(nothing, lambda bench: bench.hub.always.clear())),
    Fault("breaks until it gives up, then goes on", [bad.drop(50_000), *[bad.no_answer] * 4],
          ends=("interrupted", "complete")),
    Fault("busy (429) with a time to wait", [bad.status(429, Retry_After="0")]),
    Fault("busy (429) for an hour", [bad.status(429, Retry_After="3600")], ends=("busy", "complete")),
    Fault("unavailable (503) twice", [bad.status(503)] * 2),
    Fault("server error (500)", [bad.status(500)]),
    Fault("unavailable for ever", always={FOREVER: bad.status(503)}, ends=("busy",)),
    Fault("the hub itself is busy", resolve=[bad.status(429, Retry_After="0"), bad.status(502)]),
    Fault("a range that begins too early", [DROP, bad.wrong_range(-10)]),
    Fault("a range that begins too late", [DROP, bad.wrong_range(10)]),
    Fault("a range of a file of another size", [DROP, bad.wrong_range(0, total=999)]),
    Fault("a partial answer that does not say which part", [DROP, bad.wrong_range(0, named=False)]),
    Fault("the range cannot be given (416)", [DROP, bad.status(416)]),
    Fault("a partial answer to a question for all", [bad.wrong_range(5)]),
    Fault("a server without ranges", [DROP, *[bad.whole_file] * 4], twice=True),
    Fault("the storage renames the content", [DROP, bad.no_answer, bad.no_answer, bad.no_answer, bad.no_answer],
          ends=("interrupted", "complete"), before=(nothing, rename_in_storage)),
    Fault("a mirror without checksums", resolve=[bad.bare], fetched=300_000),
    Fault("a mirror without checksums breaks", [DROP], resolve=[bad.bare] * 2, fetched=300_000),
    Fault("a mirror without checksums renames the content", [DROP, *[bad.no_answer] * 4], resolve=[bad.bare] * 20,
          ends=("interrupted", "complete"), before=(nothing, rename_in_storage), twice=True),
    Fault("a sign-in page instead of the file", [bad.sign_in_page]),
    Fault("a sign-in page instead of the rest", [DROP, bad.sign_in_page]),
    Fault("a sign-in page instead of the hub", resolve=[bad.sign_in_page], ends=("complete",)),
    Fault("a sign-in page for ever", always={("resolve", TARGET): bad.sign_in_page}, ends=("unexpected-answer",)),
    Fault("more bytes than the file has", [bad.chunked(extra=b"more" * 1000)]),
    Fault("fewer bytes than the file has, announced as all", [bad.short_length]),
    Fault("packed with gzip on the way", [bad.packed]),
    Fault("one bit is wrong", [partial(bad.flipped, 150_000)], ends=("damaged", "complete"), twice=True),
    Fault("one bit is wrong after a break", [DROP, partial(bad.flipped, 150_000)], ends=("damaged", "complete"),
          twice=True),
    Fault("other content of the same size", [bad.other_content], ends=("damaged", "complete"), twice=True),
    Fault("the link has expired (403)", [bad.status(403)]),
    Fault("the link expires in the middle", [DROP, bad.status(403), bad.status(401)]),
    Fault("the link leads nowhere (404)", [bad.status(404)]),
    Fault("the repository was renamed", before=(new_home,)),
    Fault("a circle of redirects", always={("resolve", TARGET): lambda h: bad.redirect(h.path)(h)},
          ends=("unexpected-answer",)),
    Fault("a redirect to a local file", resolve=[bad.redirect("file:///etc/passwd")], ends=("unexpected-answer",)),
    Fault("the hub has another checksum", resolve=[bad.headers(X_Linked_ETag=f'"{OTHER}"')],
          ends=("changed", "complete")),
    Fault("the hub has another size", resolve=[bad.headers(X_Linked_Size="5")], ends=("changed", "complete")),
    Fault("the hub answers for another commit", resolve=[bad.headers(X_Repo_Commit="0" * 40)],
          ends=("changed", "complete")),
    Fault("the registry names another checksum", pair=lambda: repinned(pinned_pair(), sha256=OTHER),
          ends=("changed",)),
    Fault("the file is replaced between two downloads", [DROP, *[bad.no_answer] * 4], ends=("interrupted", "complete"),
          before=(nothing, replace_on_hub), pair=open_pair, twice=True),
    Fault("the hub does not say the size", resolve=[bad.headers(X_Linked_Size="many")], ends=("unexpected-answer",),
          pair=open_pair),
    Fault("the list of files is not JSON once", api=[bad.body(b"<html>")], pair=folder_pair),
    Fault("the list of files leads out of the folder", api=[bad.body(listing_with("../../evil.json"))],
          ends=("unexpected-answer",), pair=folder_pair),
    Fault("the list of files has an absolute path", api=[bad.body(listing_with("/etc/evil.json"))],
          ends=("unexpected-answer",), pair=folder_pair),
    Fault("the list of files has a wrong size", api=[bad.body(b'[{"type": "file", "path": "a.json", "size": -1}]')],
          ends=("unexpected-answer",), pair=folder_pair),
    Fault("the list of files is no list", api=[bad.body(b'{"error": 1}')], ends=("unexpected-answer",),
          pair=folder_pair),
    Fault("the list of files comes in pages", before=(small_pages,), pair=folder_pair),
    Fault("the list of files never ends", always={("api", "tree"): never_ending}, ends=("unexpected-answer",),
          pair=folder_pair),
    Fault("the list of files is empty", api=[bad.body(b"[]")], ends=("remote-file-missing",), pair=folder_pair),
    Fault("the file is gone", before=(lose_file,), ends=("remote-file-missing",)),
    Fault("the repository is gone", before=(lose_repository,), ends=("repository-missing",)),
    Fault("no token for a gated model, then a token", before=(gated, accept), ends=("no-token", "complete")),
    Fault("the licence is not accepted, then it is", ends=("licence", "complete"),
          before=(refuse(403, "GatedRepo", "You are not in the authorized list. Visit the page."), accept)),
    Fault("the request for access waits for an answer", ends=("denied",),
          before=(refuse(403, "GatedRepo", "Your request to access this model is awaiting a review."),)),
    Fault("the token has not the right", ends=("denied",), before=(refuse(403, "", "Forbidden"),)),
    Fault("the token is not valid", ends=("token-refused",), before=(refuse(401, "", "Invalid credentials"),)),
    Fault("downloads are switched off, then on", ends=("offline", "complete"), before=(go_offline, go_online)),
    Fault("the part on this disk was cut", [DROP, *[bad.no_answer] * 4], ends=("interrupted", "complete"),
          before=(nothing, cut_part), twice=True),
    Fault("the part on this disk has a wrong bit", [DROP, *[bad.no_answer] * 4],
          ends=("interrupted", "damaged", "complete"), before=(nothing, flip_part), twice=True),
    Fault("the part on this disk is too long", [DROP, *[bad.no_answer] * 4], ends=("interrupted", "complete"),
          before=(nothing, overfill_part), twice=True),
    Fault("the note of the part is garbage", [DROP, *[bad.no_answer] * 4], ends=("interrupted", "complete"),
          before=(nothing, spoil_note), twice=True),
    Fault("the note of the part is gone", [DROP, *[bad.no_answer] * 4], ends=("interrupted", "complete"),
          before=(nothing, remove_note), twice=True),
    Fault("the disk is full in the middle", ends=("disk", "complete"), before=(small_files_only, large_files_again),
          twice=True),
    Fault("the folder cannot be made", ends=("disk",), before=(block_folder,)),
    Fault("the finished file is overwritten later", ends=("complete", "complete"), before=(nothing, spoil_complete),
          twice=True),
    Fault("already complete", ends=("complete", "complete"), fetched=300_000),
    Fault("another tool has fetched it", before=(partial(cache_file, data=TARGET_BYTES),), fetched=0),
    Fault("another tool's file has a wrong bit", before=(partial(cache_file, data=bytes(300_000)),), fetched=300_000),
    Fault("another tool's file is not finished", before=(partial(cache_file, data=TARGET_BYTES[:9]),), fetched=300_000),
]  # fmt: skip


def main() -> int:
    rows, failed = [], 0
    for fault in FAULTS:
        with ExitStack() as stack:
            root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            outcome = run(fault, root)
        failed += not outcome.is_right
        rows.append((fault.name, " > ".join(outcome.ends), outcome.sent, outcome.twice, outcome.is_right))
    width = max(len(row[0]) for row in rows)
    print(f"{'fault':{width}}  {'sent':>7} {'twice':>7}  ok   how it ended")
    for name, ends, sent, twice, right in rows:
        print(f"{name:{width}}  {sent:7} {twice:7}  {'yes' if right else 'NO':3}  {ends}")
    allowed = sum(row[3] for row, fault in zip(rows, FAULTS, strict=True) if not fault.twice)
    print(f"\n{len(FAULTS)} cases, {failed} not as they must be; damaged files accepted: 0 where ok says yes;")
    print(f"bytes fetched twice where the server allows ranges and nothing was spoiled: {allowed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
