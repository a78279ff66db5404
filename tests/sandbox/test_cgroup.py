"""A control group is made where one can be had, in either hierarchy, and nothing is left of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.sandbox.base import Sandbox
from app.sandbox.cgroup import SLACK, make_group
from app.sandbox.results import Job, Limits

MIB = 2**20


def tree(root: Path, own: str, controllers: str) -> Path:
    """Plain folders in place of the kernel's; `controllers` are handed on by every group above the app's own."""
    folder = root / own
    folder.mkdir(parents=True)
    for above in [*folder.parents][: len(Path(own).parts)]:
        (above / "cgroup.subtree_control").write_text(controllers)
    (folder / "cgroup.subtree_control").write_text("\n")
    return folder


def test_the_nearest_group_that_hands_memory_on_gets_the_new_one(tmp_path: Path) -> None:
    tree(tmp_path, "user.slice/app.slice/term.scope", "cpu memory pids\n")
    group = make_group(100 * MIB, tmp_path, "0::/user.slice/app.slice/term.scope\n")
    assert group is not None
    assert group.path.parent == tmp_path / "user.slice" / "app.slice"
    assert (group.path / "memory.max").read_text() == f"{100 * MIB + SLACK}\n"
    assert (group.path / "memory.swap.max").read_text() == "0\n"


def test_there_is_none_where_no_group_hands_memory_on_or_the_tree_is_not_seen(tmp_path: Path) -> None:
    tree(tmp_path, "a/b", "cpu\n")
    assert make_group(MIB, tmp_path, "0::/a/b\n") is None
    assert make_group(MIB, tmp_path, "0::/../outside\n") is None
    assert make_group(MIB, tmp_path, "4:cpu:/\n") is None
    assert make_group(MIB, tmp_path, "") is None


def test_the_older_hierarchy_has_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "memory" / "box").mkdir(parents=True)
    group = make_group(MIB, tmp_path, "9:name=systemd:/\n4:hugetlb,memory:/box\n0::/\n")
    assert group is not None
    assert (group.path / "memory.limit_in_bytes").read_text() == f"{MIB + SLACK}\n"


@pytest.mark.parametrize(("said", "killed"), [("oom 3\noom_kill 0\n", False), ("oom_kill 2\n", True), ("", False)])
def test_the_kernel_tells_whether_it_killed(tmp_path: Path, said: str, killed: bool) -> None:
    tree(tmp_path, "a", "memory\n")
    group = make_group(MIB, tmp_path, "0::/a\n")
    assert group is not None
    (group.path / "memory.events").write_text(said)
    assert group.killed() is killed


def test_groups_of_an_app_that_is_gone_are_tidied_away(tmp_path: Path) -> None:
    tree(tmp_path, "a", "memory\n")
    (tmp_path / "mtp-race-4194305-0").mkdir()  # one more than the highest process number there is
    assert make_group(MIB, tmp_path, "0::/a\n") is not None
    assert not (tmp_path / "mtp-race-4194305-0").exists()


def test_a_run_leaves_no_group_of_the_real_kernel_behind(sandbox: Sandbox) -> None:
    real = make_group(64 * MIB)
    if real is None:
        pytest.skip("no control group can be had here")
    real.remove()
    assert not real.path.exists()
    sandbox.run(Job(source="print(1)", limits=Limits(memory=64 * MIB)))
    assert list(real.path.parent.glob(f"mtp-race-{os.getpid()}-*")) == []
