"""Changes to libraries as the program imports them: windows become picture files, unseeded chance is seeded."""

from __future__ import annotations

import os
import sys
import types

TYPE_CHECKING = False  # type checkers take it for typing.TYPE_CHECKING; importing typing would cost every run 10 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from typing import Any

FIGURES = 20


def install(seed: int) -> None:
    """Watch for the modules below; importing them costs nothing when the program does not."""
    patches: dict[str, Callable[[types.ModuleType], None]] = {
        "random": lambda module: module.seed(seed),
        "numpy.random": lambda module: seed_numpy(module, seed),
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
    keep_saved_figures(pyplot)


def keep_saved_figures(pyplot: Any) -> None:
    """What is saved outside the work folder, as into a temporary folder that is then removed, is kept in it as well."""
    import shutil  # The plotting library has loaded it already.

    figure, work = pyplot.Figure, os.path.realpath(os.getcwd())
    save = figure.savefig
    kept = 0

    def savefig(self: Any, fname: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal kept
        result = save(self, fname, *args, **kwargs)
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
