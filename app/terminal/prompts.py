"""``mtp-race prompts``: the prompts of the app and the user's own."""

from __future__ import annotations

import argparse

import msgspec
from rich.table import Table

from app.library.prompts import (
    delete_prompt,
    duplicate_prompt,
    find_prompt,
    load_prompts,
    own_prompts,
    prompts_folder,
    restore_prompt,
    save_prompt,
)
from app.race.lanes import Message
from app.race.prompts import Prompt, custom_prompt
from app.terminal.environment import OK, Environment
from app.terminal.texts import read_text


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Lists, shows, adds, removes or brings back prompts. Returns the exit status."""
    match arguments.action:
        case "show":
            return _show(find_prompt(env.places, arguments.name), env, as_json=arguments.json)
        case "copy":
            return _say(duplicate_prompt(env.places, arguments.name), env)
        case "add":
            return _add(arguments, env)
        case "remove":
            delete_prompt(env.places, arguments.name)
            env.tell(f"Removed. 'mtp-race prompts restore {arguments.name}' gets it back.")
            return OK
        case "restore":
            return _say(restore_prompt(env.places, arguments.name), env)
        case _:
            return _list(env, as_json=arguments.json)


def _list(env: Environment, *, as_json: bool) -> int:
    own, problems = own_prompts(env.places)
    bundled = load_prompts(env.places)
    if as_json:
        env.say_json([_json(prompt, own=True) for prompt in own] + [_json(prompt, own=False) for prompt in bundled])
    else:
        table = Table("Name", "Title", "Kind", "Whose")
        for whose, prompts in (("yours", own), ("the app's", bundled)):
            for prompt in prompts:
                table.add_row(prompt.name, prompt.title, prompt.workload, whose)
        env.result_console(100).print(table)
        env.tell(f"Yours are files in {prompts_folder(env.places)}")
    for problem in problems:
        env.complain(problem)
    return OK


def _json(prompt: Prompt, *, own: bool) -> dict[str, object]:
    return {**msgspec.to_builtins(prompt), "own": own}


def _show(prompt: Prompt, env: Environment, *, as_json: bool) -> int:
    if as_json:
        env.say_json(msgspec.to_builtins(prompt))
        return OK
    for message in prompt.before:
        env.tell(f"[{message.role}] {message.text}")
    env.say_raw(prompt.text + "\n")
    return OK


def _add(arguments: argparse.Namespace, env: Environment) -> int:
    if arguments.copy_of:
        made = find_prompt(env.places, arguments.copy_of)
    else:
        made = custom_prompt(arguments.text if arguments.text is not None else read_text(arguments.file))
    title = arguments.title or (made.title if arguments.copy_of else made.text.strip().splitlines()[0][:80])
    before = made.before
    if arguments.system:
        before = (Message("system", arguments.system), *(item for item in before if item.role != "system"))
    made = msgspec.structs.replace(
        made,
        name=arguments.name,
        title=title,
        workload=arguments.workload or made.workload,
        language=made.language or "en",
        before=before,
        thinking=made.thinking or arguments.thinking,
    )
    save_prompt(env.places, made, replace=arguments.replace)
    return _say(made, env)


def _say(prompt: Prompt, env: Environment) -> int:
    env.say(prompt.name)
    return OK
