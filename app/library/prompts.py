"""The prompts that come with the app, and the user's own: plain files that one may edit, copy and delete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec

from app.models.files.disk import changed_ns, files, is_file, read_start
from app.places import Places, make_private, write_private
from app.race.problems import Problem, ProblemError
from app.race.prompts import MAX_CHARACTERS, Prompt, prompt_file, read_prompts
from app.race.visible import visible

_ORDER = ("code", "pandas", "stocks", "english", "japanese", "haiku", "json")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_MOST_BYTES: Final = 16 * MAX_CHARACTERS
_MOST_IN_BIN: Final = 100


def load_prompts(places: Places) -> list[Prompt]:
    """Returns the prompts of the app's resources, the best known first.

    Raises:
        ProblemError: a prompt file cannot be read as one.
    """
    files = {path.stem: path for path in sorted((places.resources / "prompts").glob("*.toml"))}
    names = sorted(files, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    return read_prompts((name, files[name].read_text(encoding="utf-8")) for name in names)


def prompts_folder(places: Places) -> Path:
    """Returns the folder of the user's own prompts, which need not exist."""
    return places.data / "prompts"


def own_prompts(places: Places) -> tuple[list[Prompt], list[Problem]]:
    """Returns the user's own prompts, those changed last first, and what is wrong with files that are none."""
    found: list[Prompt] = []
    problems: list[Problem] = []
    paths = files(prompts_folder(places), ".toml")
    for path in sorted(paths, key=lambda item: (-changed_ns(item), item.name)):
        try:
            found.append(_read(path))
        except ProblemError as error:
            problems.append(error.problem)
    return found, problems


def all_prompts(places: Places) -> list[Prompt]:
    """Returns the prompts that can be raced: the app's, then the user's own; of one name the user's."""
    own, _ = own_prompts(places)
    names = {prompt.name for prompt in own}
    return [*(prompt for prompt in load_prompts(places) if prompt.name not in names), *own]


def find_prompt(places: Places, name: str) -> Prompt:
    """Returns the prompt of that name, the user's own before one of the app.

    Raises:
        ProblemError: there is none, or its file cannot be read.
    """
    path = prompts_folder(places) / f"{name}.toml"
    if _NAME.fullmatch(name) and is_file(path):
        return _read(path)
    known = {prompt.name: prompt for prompt in load_prompts(places)}
    if name in known:
        return known[name]
    own, _ = own_prompts(places)
    names = ", ".join(dict.fromkeys([*(visible(prompt.name) for prompt in own[:20]), *known]))
    raise ProblemError(Problem("prompt-unknown", f"There is no prompt {name!r}.", action=f"Use: {names}."))


def free_name(places: Places, wish: str) -> str:
    """Returns a name for a new prompt that is not taken, made from a title or another name."""
    stem = re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-")[:50] or "prompt"
    taken = {path.stem for path in files(prompts_folder(places), ".toml")}
    taken |= {prompt.name for prompt in load_prompts(places)}
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def save_prompt(places: Places, prompt: Prompt, *, replace: bool = False) -> Path:
    """Writes one of the user's own prompts under its name.

    Args:
        places: Where things are.
        prompt: What to keep.
        replace: One of that name is edited: its old text goes to the bin. Otherwise there must be none.

    Returns:
        The file.

    Raises:
        ProblemError: the name or the text cannot be used, it is taken, or the file cannot be written.
    """
    _check_name(prompt.name)
    path = prompts_folder(places) / f"{prompt.name}.toml"
    if is_file(path):
        if not replace:
            raise ProblemError(
                Problem("prompt-taken", f"There is a prompt {prompt.name!r} already.", action="Choose another name.")
            )
        _to_bin(places, path)
    try:
        text = prompt_file(prompt)
        read_prompts([(prompt.name, text)])  # What would not be read again is not written.
        write_private(path, text.encode())
    except UnicodeEncodeError as error:
        raise ProblemError(
            Problem("prompt-text", "The prompt holds something that is no text.", action="Save it as UTF-8.")
        ) from error
    except OSError as error:
        raise ProblemError(_unwritable(path, error)) from error
    return path


def duplicate_prompt(places: Places, name: str) -> Prompt:
    """Copies a prompt, of the user or of the app, to a new one of the user's own, and returns that.

    Raises:
        ProblemError: there is none of that name, or the copy cannot be written.
    """
    found = find_prompt(places, name)
    copy = msgspec.structs.replace(found, name=free_name(places, name), title=f"{found.title[:190]} (copy)")
    save_prompt(places, copy)
    return copy


def delete_prompt(places: Places, name: str) -> None:
    """Puts one of the user's own prompts into the bin, from where :func:`restore_prompt` gets it back.

    Raises:
        ProblemError: there is none of that name, or it cannot be moved.
    """
    _check_name(name)
    path = prompts_folder(places) / f"{name}.toml"
    if not is_file(path):
        bundled = any(prompt.name == name for prompt in load_prompts(places))
        cause = "It comes with the app and stays." if bundled else ""
        raise ProblemError(Problem("prompt-unknown", f"You have no prompt {name!r} of your own.", cause))
    _to_bin(places, path)


def restore_prompt(places: Places, name: str) -> Prompt:
    """Gets the prompt of that name back as it was deleted or edited last. One that is there now takes its place in the
    bin, so that this undoes itself.

    Raises:
        ProblemError: the bin has none of that name, or it cannot be moved.
    """
    _check_name(name)
    path = prompts_folder(places) / f"{name}.toml"
    kept = _in_bin(places, name)
    if not kept:
        raise ProblemError(Problem("prompt-not-binned", f"The bin has no prompt {name!r}."))
    found = _read(kept[-1], name)
    try:
        back = kept[-1].with_suffix(".back")
        kept[-1].replace(back)
        if is_file(path):
            _to_bin(places, path)
        back.replace(path)
    except OSError as error:
        raise ProblemError(_unwritable(path, error)) from error
    return found


def _read(path: Path, name: str = "") -> Prompt:
    data = read_start(path, _MOST_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem("prompt-file", f"The prompt file {path.name} is not UTF-8 text.", action="Convert it.")
        raise ProblemError(problem) from error
    return read_prompts([(name or path.stem, text)])[0]


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ProblemError(
            Problem(
                "prompt-name",
                f"{visible(name, 80)!r} cannot be the name of a prompt.",
                action="Use small letters, digits, '.', '_' and '-', at most 60 of them.",
            )
        )


def _in_bin(places: Places, name: str) -> list[Path]:
    """The kept texts of that name, the oldest first."""
    found = [path for path in files(_bin(places), ".toml") if path.stem.rpartition("~")[0] == name]
    return sorted(found, key=_number)


def _number(path: Path) -> int:
    number = path.stem.rpartition("~")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0


def _bin(places: Places) -> Path:
    return prompts_folder(places) / "bin"


def _to_bin(places: Places, path: Path) -> None:
    kept = files(_bin(places), ".toml")
    number = max((_number(item) for item in kept), default=0) + 1
    try:
        make_private(_bin(places))
        path.replace(_bin(places) / f"{path.stem}~{number}.toml")
        for old in sorted(kept, key=_number)[: max(0, len(kept) + 1 - _MOST_IN_BIN)]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise ProblemError(_unwritable(path, error)) from error


def _unwritable(path: Path, error: OSError) -> Problem:
    cause = f"{error.strerror or error}."
    return Problem("prompt-unwritable", f"The prompt {path.stem} cannot be written.", cause, "Check the disk.")
