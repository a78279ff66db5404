"""Changes to libraries as the program imports them: windows become picture files, unseeded chance is seeded."""

from __future__ import annotations

import os
import sys
import types

from . import figures

TYPE_CHECKING = False  # type checkers take it for typing.TYPE_CHECKING; importing typing would cost every run 10 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from typing import Any

FIGURES = 20


def install(seed: int, send: Callable[[dict[str, Any]], None]) -> None:
    """Watch for the modules below; importing them costs nothing when the program does not.

    What saved figures draw is told by `send`.
    """
    patches: dict[str, Callable[[types.ModuleType], None]] = {
        "random": lambda module: module.seed(seed),
        "numpy.random": lambda module: seed_numpy(module, seed),
        "matplotlib.figure": lambda module: watch_saving(module.Figure, send),
        "matplotlib.pyplot": show_into_files,
    }
    for name in [name for name in patches if name in sys.modules]:
        patches.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, Finder(patches))


class Finder:
    """Finds nothing itself; wraps what the other finders find for the modules of interest."""

    def __init__(self, patches: dict[str, Callable[[types.ModuleType], None]]) -> None:
        self._patches = patches

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        patch = self._patches.pop(name, None)
        if patch is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    patch_after_loading(spec.loader, patch)
                return spec
        return None


def patch_after_loading(loader: Any, patch: Callable[[types.ModuleType], None]) -> None:
    load = loader.exec_module

    def exec_module(module: types.ModuleType) -> None:
        load(module)
        patch(module)

    loader.exec_module = exec_module


def seed_numpy(module: Any, seed: int) -> None:
    module.seed(seed)
    default_rng = module.default_rng
    module.default_rng = lambda given=None: default_rng(seed if given is None else given)


def show_into_files(pyplot: Any) -> None:
    """`plt.show()` saves every open figure as figure-1.png, figure-2.png, ... and closes it, as a user would.

    A figure that is neither shown nor saved was no output of the program.
    """
    saved = 0

    def show(*args: object, **kwargs: object) -> None:
        nonlocal saved
        for number in pyplot.get_fignums():
            saved += 1
            if saved <= FIGURES:
                pyplot.figure(number).savefig(f"figure-{saved}.png", dpi=100, metadata={"Software": None})
        pyplot.close("all")

    pyplot.show = show


def watch_saving(figure: Any, send: Callable[[dict[str, Any]], None]) -> None:
    """Tells what a figure draws when it is saved, and keeps in the work folder what is saved outside of it.

    The latter is for temporary folders that are removed again.
    """
    import shutil  # The plotting library has loaded it already.

    save, work = figure.savefig, os.path.realpath(os.getcwd())
    kept = told = 0

    def savefig(self: Any, fname: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal kept, told
        result = save(self, fname, *args, **kwargs)
        if told < FIGURES:
            told += 1
            tell(self, fname, kwargs, send)
        try:
            source = os.path.realpath(os.fspath(fname))
            name = os.path.basename(source)
            outside = os.path.commonpath([source, work]) != work
            if outside and name.lower().endswith((".png", ".svg")) and kept < FIGURES:
                kept += 1
                place = os.path.join(work, name)
                if not os.path.exists(place):
                    shutil.copyfile(source, place)
        except (TypeError, ValueError, OSError):
            pass  # Not a file, or one that is gone already: then there is nothing to keep.
        return result

    figure.savefig = savefig


def tell(figure: Any, place: Any, options: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Sends what a figure draws that was saved at `place` with these options, if it can be read."""
    try:
        from matplotlib import rcParams

        tight = options.get("bbox_inches", rcParams["savefig.bbox"]) == "tight"
        pad = options.get("pad_inches", rcParams["savefig.pad_inches"])
        named = isinstance(place, str | os.PathLike) and not os.path.splitext(os.fspath(place))[1]
        digest = figures.digest_of(f"{os.fspath(place)}.{rcParams['savefig.format']}" if named else place)
        if digest:
            send({"drawn": {"sha256": digest} | figures.describe(figure, tight, pad)})
    except Exception:  # noqa: BLE001  a kind of figure that is not known here is compared by its pixels alone
        return
