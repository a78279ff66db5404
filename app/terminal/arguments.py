"""The command line: its words, defaults and limits."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from app import __version__
from app.library.blank import BLANKS
from app.models.forecast.shape import BITS
from app.present.film_options import FRAME_RATES, SCENES, SPEED_LIMITS, SWEEP_SCENES
from app.race.axes import AXES, Axis, parse_axis
from app.race.formats import FORMATS
from app.race.lanes import MAX_CONCURRENCY, MAX_CONTENDERS, MAX_K, Contender, LaneKind, parse_contenders
from app.race.visible import visible_text
from app.sandbox.gate.addresses import host_pattern
from app.sandbox.packages import OFFERED

EPILOG = """\
exit status: 0 fine, 1 the command could not do its work, 2 bad arguments, 3 a lane of the race failed
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with words that may hold anything."""

    def error(self, message: str) -> NoReturn:
        super().error(visible_text(message))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuses words that are no text, as bytes of another encoding are; names of files may hold anything."""
        found, rest = super().parse_known_args(args, namespace)
        for value in vars(found).values():
            for word in value if isinstance(value, list | tuple) else [value]:
                if isinstance(word, str) and not word.isascii() and any("\ud800" <= char <= "\udfff" for char in word):
                    self.error(f"{word!a} is no text in this terminal's encoding")
        return found, rest


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of all commands."""
    parser: argparse.ArgumentParser = _Parser(
        prog="mtp-race",
        description="Race a local LLM against itself with a multi-token-prediction (MTP) drafter. "
        "Without a command it opens the window.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mtp-race {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    window = commands.add_parser("window", help="open the window (the default; needs a display)")
    window.add_argument("trace", nargs="?", type=Path, help="a trace to open")
    _add_run(commands)
    replay = commands.add_parser("replay", help="play a recorded race again")
    replay.add_argument("trace", type=Path)
    replay.add_argument(
        "--speed", type=_float_between(0.01, 1000), default=1.0, help="times the real speed (default 1)"
    )
    show = commands.add_parser("show", help="show the result or a lane's text of a recorded race")
    show.add_argument("trace", type=Path)
    what = show.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="print the result as one JSON object")
    what.add_argument("--fork", action="store_true", help="show where the outputs part, or came closest to it")
    what.add_argument("--what-if", action="store_true", help="show what other K and other policies would have run at")
    what.add_argument("--text", metavar="LANE", help="print that lane's text and nothing else")
    _add_export(commands)
    _add_shared(commands)
    _add_sweep(commands)
    _add_suite(commands)
    _add_sweep_export(commands)
    _add_programs(commands)
    _add_afterwards(commands)
    _add_prompts(commands)
    _add_models(commands)
    _add_probe(commands)
    _add_watch(commands)
    doctor = commands.add_parser("doctor", help="say what this machine can do")
    doctor.add_argument("--json", action="store_true", help="as one JSON object")
    return parser


def _add_programs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What runs the generated programs."""
    verify = commands.add_parser("verify", help="run the programs of both lanes in a sandbox and compare them")
    verify.add_argument("trace", type=Path)
    verify.add_argument("--json", action="store_true", help="as one JSON object")
    _add_fetching(verify)
    sandbox = commands.add_parser("sandbox", help="set up the environment in which generated programs run")
    sandbox.add_argument("action", choices=["setup"], help="install numpy, pandas and matplotlib for them")
    sandbox.add_argument("packages", nargs="*", metavar="PACKAGE", help=f"more of them, such as {', '.join(OFFERED)}")


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="race in the terminal")
    run.add_argument("--pair", default="nano", help="id of the pair, see 'mtp-race models' (default nano)")
    prompt = run.add_mutually_exclusive_group()
    prompt.add_argument("--prompt", metavar="NAME", help="a prompt, see 'mtp-race prompts' (default code)")
    prompt.add_argument("--prompt-text", metavar="TEXT", help="your own prompt")
    prompt.add_argument("--prompt-file", metavar="FILE", type=Path, help="your own prompt, from a UTF-8 file")
    run.add_argument(
        "--k",
        type=_contenders(MAX_CONTENDERS),
        default=None,
        help="draft tokens a round (default: measured once for each pair on this machine); up to three lanes, such as "
        "2,4,adaptive: 'adaptive' chooses K by what rounds cost and bring, 'heuristic' adds 2 after a full round and "
        "takes 1 off otherwise, 'auto' ends each draft by the drafter's certainty and what passes cost",
    )
    run.add_argument("--no-probe", action="store_true", help="do not measure for K; take what others recommend")
    run.add_argument(
        "--drafter",
        action="append",
        default=[],
        metavar="WHAT",
        help=f"what drafts: {_drafter_words()}, eagle3, dflash or dspark where the pair has such a drafter (the "
        "built-in pair has the first two), or a model file, which is used as the drafter that it is; mtp, the pair's "
        "own drafter, is the default; give it again to race several",
    )
    run.add_argument("--max-tokens", type=_int_between(1, 1 << 20), default=256, metavar="N")
    run.add_argument("--temperature", type=_float_between(0, 5), default=0.0, metavar="T", help="0 is greedy")
    run.add_argument("--top-k", type=_int_between(0, 1 << 20), default=0, metavar="N", help="0 keeps all tokens")
    run.add_argument("--top-p", type=_float_between(1e-6, 1), default=1.0, metavar="P", help="1 keeps all tokens")
    run.add_argument("--seed", type=_int_between(0, 2**53), default=0, metavar="N")
    run.add_argument(
        "--thinking", action="store_true", help="let the model think before it answers (default: off in every engine)"
    )
    _add_heats(run)
    _add_servers(run)
    run.add_argument("--context", type=_int_between(16, 1 << 20), default=2048, metavar="N", help="context in tokens")
    run.add_argument("--threads", type=_int_between(0, 1024), default=0, metavar="N", help="0: physical cores minus 1")
    run.add_argument("--trace", metavar="OUT.ndjson", type=Path, help="where to write the trace (default: the library)")
    run.add_argument("--no-verify", action="store_true", help="do not run the generated programs of a code prompt")
    _add_fetching(run)
    run.add_argument("--json", action="store_true", help="print the result as one JSON object and nothing else")


def _add_fetching(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fetch-from",
        type=_host,
        action="append",
        default=[],
        metavar="HOST",
        help="a host that the generated programs may fetch from, such as query1.finance.yahoo.com or '*.yahoo.com' "
        "(default: none, they have no network); give it again for more. What is fetched is kept beside the trace, and "
        "both programs get the same",
    )


def _host(text: str) -> str:
    found = host_pattern(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!a} is not the name of a host; write it like api.example.org")
    return found


def _add_heats(run: argparse.ArgumentParser) -> None:
    """The race format, and how heats are run."""
    run.add_argument(
        "--format",
        choices=sorted(FORMATS),
        default="",
        help="clock: one lane computes at a time; heats: each lane alone, several times; free: all at once, a show "
        "(default: clock, and heats on a server)",
    )
    run.add_argument("--repeats", type=_int_between(1, 1000), default=None, metavar="N", help="most heats (default 8)")
    run.add_argument(
        "--enough",
        type=_float_between(0, 1),
        default=None,
        metavar="SHARE",
        help="stop the heats once the interval is this narrow, such as 0.02 for 2 %% to either side; 0 runs all of "
        "them (default 0.01)",
    )
    run.add_argument(
        "--cool-down", type=_float_between(0, 3600), default=0.0, metavar="S", help="pause before each run of a heat"
    )
    run.add_argument(
        "--one-copy",
        action="store_true",
        help="load the model once for all lanes, which take turns in one process (by itself where two copies do not "
        "fit in memory)",
    )
    run.add_argument(
        "--one-loaded", action="store_true", help="heats: load one lane's model at a time, if two do not fit in memory"
    )


def _add_servers(run: argparse.ArgumentParser) -> None:
    """The engine, and what is asked of it if it is a server."""
    run.add_argument("--engine", default="", help="engine of both lanes, see 'mtp-race doctor' (default: the pair's)")
    run.add_argument(
        "--servers",
        nargs="+",
        default=[],
        metavar="URL",
        help="addresses, for an engine that is a server: the one without drafting and the one with, or one for both "
        "where a request can switch drafting (Ollama) (default: start both from the pair's files)",
    )
    run.add_argument("--server-model", default="", metavar="NAME", help="model to ask the servers for (default: first)")
    run.add_argument(
        "--concurrency",
        type=_counts(MAX_CONCURRENCY),
        default=(1,),
        metavar="N",
        help="requests at once, on a server: one is shown, all are counted; several such as 1,2,4,8 race one after the "
        "other and give a table (default 1)",
    )


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser("export", help="make a film, a picture or a report of a recorded race")
    export.add_argument("trace", type=Path, help="a recorded race; or a sweep's folder or JSON file, for a film of it")
    export.add_argument(
        "--to",
        required=True,
        metavar="FILE",
        help="what to write; its ending says the format: .mp4 .webm .gif .png .html .js .md .json, or FOLDER/",
    )
    export.add_argument(
        "--size", default="", metavar="WxH", help="pixels, such as 1080x1920 (default 1920x1080, GIF 960x540)"
    )
    export.add_argument(
        "--fps", type=int, choices=FRAME_RATES, default=None, help="frames a second (default 30, GIF 15)"
    )
    pace = export.add_mutually_exclusive_group()
    pace.add_argument("--speed", type=_float_between(*SPEED_LIMITS), default=1.0, help="times the real speed")
    pace.add_argument("--seconds", type=_float_between(1, 3600), metavar="N", help="make the whole film N seconds long")
    export.add_argument("--theme", choices=("dark", "light"), default="dark")
    export.add_argument(
        "--scenes", metavar="A,B", help=f"of {', '.join(SCENES)}; of a sweep: {', '.join(SWEEP_SCENES)}"
    )
    export.add_argument("--caption", default="", metavar="TEXT", help="a line of your own")
    export.add_argument("--logo", type=Path, metavar="FILE", help="a picture for the corner")
    export.add_argument(
        "--heat",
        type=_int_between(0, 10_000),
        default=None,
        metavar="N",
        help="heat to film, from 0 (default: the one whose speedup is the median)",
    )
    export.add_argument("--at", type=_float_between(0, 3600), metavar="S", help="moment of a single picture")


def _add_shared(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What is made of races to be shown to others."""
    article = commands.add_parser("article", help="write races and sweeps as an article for publishing")
    article.add_argument("sources", nargs="+", type=Path, metavar="SWEEP|RACE", help="sweeps' folders and races")
    article.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a new or an empty folder")
    article.add_argument("--language", default="en", metavar="CODE", help="en or ja (default en)")
    article.add_argument("--film", action="store_true", help="also make a film of each")
    site = commands.add_parser("site", help="make a static site of chosen races and sweeps")
    site.add_argument("folder", type=Path, help="a new or an empty folder")
    site.add_argument("sources", nargs="+", type=Path, metavar="RACE|SWEEP")
    site.add_argument(
        "--blank", type=_blanks, default=frozenset(), metavar="A,B", help="leave out of all: machine, prompt"
    )
    site.add_argument("--theme", choices=("dark", "light"), default="dark")
    site.add_argument("--yes", action="store_true", help="write it; without this it only says what all could read")
    card = commands.add_parser("card", help="make a picture of a race for posting, with its trace inside")
    card.add_argument("trace", type=Path)
    card.add_argument("--to", type=Path, metavar="FILE.png", help="what to write (default: TRACE.card.png beside it)")
    card.add_argument("--theme", choices=("dark", "light"), default="dark")


def _add_sweep(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sweep = commands.add_parser("sweep", help="measure which K is best, on several prompts")
    sweep.add_argument("--pair", default="nano", help="id of the pair, see 'mtp-race models' (default nano)")
    sweep.add_argument(
        "--prompts",
        default="",
        metavar="A,B",
        help="names of prompts (default code,english,haiku, and with --over code)",
    )
    sweep.add_argument(
        "--over",
        type=_axis,
        default=None,
        metavar="CONDITION=A,B",
        help=f"also change a condition from row to row, such as context=0,4k,16k; one of {', '.join(AXES)}",
    )
    sweep.add_argument(
        "--k",
        type=_contenders(MAX_K + 2),
        default=None,
        help="lanes beside the baseline, such as 1,2,4,adaptive (default 1,2,3,4,6,8, and with --over 1,3)",
    )
    sweep.add_argument(
        "--repeats",
        type=_int_between(1, 200),
        default=None,
        metavar="N",
        help="most heats a prompt (default 5, and with a budget as many as it allows)",
    )
    sweep.add_argument(
        "--budget",
        type=_seconds,
        default=0.0,
        metavar="TIME",
        help="time to spend, such as 90s, 5m or 1h; it goes where the result is least sure",
    )
    _add_sweep_lanes(sweep)


def _add_sweep_lanes(sweep: argparse.ArgumentParser) -> None:
    """What the lanes of a sweep or a suite have in common, and where it is kept."""
    sweep.add_argument("--max-tokens", type=_int_between(16, 1 << 20), default=160, metavar="N", help="(default 160)")
    sweep.add_argument("--context", type=_int_between(16, 1 << 20), default=2048, metavar="N", help="context in tokens")
    sweep.add_argument(
        "--threads", type=_int_between(0, 1024), default=0, metavar="N", help="0: physical cores minus 1"
    )
    sweep.add_argument("--engine", default="", help="engine of all lanes (default: the pair's)")
    sweep.add_argument(
        "--out", type=Path, metavar="DIR", help="folder to keep it in; one with a sweep of the same goes on there"
    )
    sweep.add_argument("--json", action="store_true", help="print the result as one JSON object and nothing else")


def _add_suite(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    suite = commands.add_parser(
        "suite", help="measure on many prompts of your own: JSONL, CSV, Markdown, or a folder of texts"
    )
    suite.add_argument("file", type=Path, help="the prompts; or the folder of a suite that was run, to show it again")
    suite.add_argument("--pair", default="nano", help="id of the pair, see 'mtp-race models' (default nano)")
    suite.add_argument(
        "--k",
        type=_contenders(MAX_K + 2),
        default=parse_contenders("1,2,3,4", MAX_K),
        help="lanes beside the baseline, such as 1,2,4,adaptive (default 1,2,3,4)",
    )
    suite.add_argument("--sample", type=_int_between(0, 1000), default=0, metavar="N", help="take N prompts at random")
    suite.add_argument("--seed", type=_int_between(0, 2**53), default=0, metavar="N", help="of the sample (default 0)")
    suite.add_argument("--list", action="store_true", help="show what would be raced, and race nothing")
    suite.add_argument(
        "--repeats",
        type=_int_between(1, 200),
        default=None,
        metavar="N",
        help="most heats a prompt (default 1, and with a budget up to 3)",
    )
    suite.add_argument(
        "--budget", type=_seconds, default=0.0, metavar="TIME", help="time to spend, such as 90s, 10m or 1h"
    )
    _add_sweep_lanes(suite)


def _add_sweep_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser("sweep-export", help="write the table and the charts of a sweep")
    export.add_argument("sweep", type=Path, help="folder of the sweep, or its sweep.json")
    export.add_argument(
        "--to", required=True, metavar="FILE", help="a file that ends in .csv .json .png .svg, or a folder for all"
    )
    export.add_argument(
        "--chart",
        default="",
        metavar="NAME",
        help="chart of a single picture (default: the first); the files of a folder are named by theirs",
    )
    export.add_argument("--theme", choices=("dark", "light"), default="light")


def _add_probe(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    probe = commands.add_parser("probe", help="measure what a step, a verification and a draft cost on this machine")
    probe.add_argument("--pair", default="nano", help="id of the pair, see 'mtp-race models' (default nano)")
    probe.add_argument(
        "--context",
        type=_int_between(1, (1 << 20) - 32),
        default=0,
        metavar="N",
        help="tokens that are in the context already (default: the middle of a usual race)",
    )
    probe.add_argument("--repeats", type=_int_between(1, 1000), default=5, metavar="N", help="passes of each width")
    probe.add_argument("--engine", default="", help="see 'mtp-race doctor' (default: the pair's)")
    probe.add_argument(
        "--threads", type=_int_between(0, 1024), default=0, metavar="N", help="0: physical cores minus 1"
    )
    probe.add_argument("--again", action="store_true", help="measure even if it is known already")
    probe.add_argument("--json", action="store_true", help="as one JSON object")


def _add_watch(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    watch = commands.add_parser("watch", help="watch what a running server drafts for its users; sends no request")
    watch.add_argument("url", metavar="URL", help="address of a llama-server (started with --metrics) or a vLLM")
    watch.add_argument(
        "--seconds", type=_int_between(0, 7 * 86_400), default=0, metavar="N", help="then end (default 0: until Ctrl+C)"
    )
    watch.add_argument("--every", type=_int_between(1, 3600), default=1, metavar="N", help="seconds between readings")
    watch.add_argument("--trace", type=Path, metavar="FILE", help="keep the readings as lines of JSON")
    watch.add_argument("--json", action="store_true", help="what happened in all, as one JSON object")


def _add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    models = commands.add_parser("models", help="list, fetch, check and remove pairs of models")
    models.add_argument("--json", action="store_true", help="as one JSON object")
    actions = models.add_subparsers(dest="action", metavar="ACTION")
    for name, words in (("get", "download a pair, or go on with it"), ("remove", "remove a pair's downloaded files")):
        action = actions.add_parser(name, help=words)
        action.add_argument("id")
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    check = actions.add_parser("check", help="check the registry and the files that are here")
    check.add_argument("--online", action="store_true", help="also ask the model hub about every pair")
    fit = actions.add_parser("fit", help="say whether a pair fits in memory, with the arithmetic")
    fit.add_argument("id", metavar="ID_OR_FILE")
    fit.add_argument("--context", type=_int_between(16, 1 << 20), default=4096, metavar="N")
    forecast = actions.add_parser(
        "forecast",
        help="say before a download what MTP will bring on this machine: a minute or two",
    )
    forecast.add_argument(
        "id",
        nargs="?",
        help="a pair, or a Gemma 4 model on the hub: OWNER/NAME, or OWNER/NAME/FILE.gguf (default: list what was "
        "forecast before, the largest gain first)",
    )
    forecast.add_argument("--all", action="store_true", help="all pairs that fit and were not forecast yet")
    forecast.add_argument(
        "--threads", type=_int_between(0, 1024), default=0, metavar="N", help="0: physical cores minus 1"
    )
    forecast.add_argument("--weights", choices=list(BITS), default="", help="of a model on the hub: their type")
    local = actions.add_parser("local", help="say what local files are; without paths look in other apps' folders")
    local.add_argument("paths", nargs="*")
    for action in (check, fit, forecast, local):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def _add_afterwards(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What can be asked of results."""
    _add_compare(commands)
    _add_recipe(commands)
    found = commands.add_parser("normal", help="is my machine normal? a result among those that others published")
    found.add_argument("result", type=Path, help="a trace, or the folder of a sweep or suite")
    found.add_argument("--json", action="store_true", help="as one JSON object")


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser("compare", help="did it get slower? two races, sweeps or suites side by side")
    compare.add_argument("before", type=Path, help="a trace, or the folder of a sweep or suite")
    compare.add_argument("after", type=Path)
    compare.add_argument(
        "--fail-below",
        type=_float_between(0.01, 100),
        default=0.0,
        metavar="RATIO",
        help="exit with 1 if a lane runs at less than so many times its rate of before, and not by chance",
    )
    compare.add_argument("--json", action="store_true", help="as one JSON object")


def _add_recipe(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    recipe = commands.add_parser("recipe", help="what to type elsewhere after a race, a sweep or a suite")
    recipe.add_argument("result", type=Path, help="a trace, or the folder of a sweep or suite")
    recipe.add_argument(
        "--for",
        dest="program",
        default="",
        metavar="PROGRAM",
        help="such as llama-server, vllm or ollama (default: all)",
    )
    recipe.add_argument("--json", action="store_true", help="as JSON")


def _add_prompts(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    prompts = commands.add_parser("prompts", help="list, show, add and remove prompts")
    prompts.add_argument("--json", action="store_true", help="as JSON")
    actions = prompts.add_subparsers(dest="action", metavar="ACTION")
    for name, words in (
        ("show", "print a prompt"),
        ("copy", "copy a prompt, of the app or yours, to a new one of yours, and print its name"),
        ("remove", "put one of yours into the bin"),
        ("restore", "get one back from the bin as it was removed or replaced last"),
        ("add", "keep a prompt of your own"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("name")
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    add = actions.choices["add"]
    text = add.add_mutually_exclusive_group(required=True)
    text.add_argument("--text", metavar="TEXT", help="what to ask")
    text.add_argument("--file", metavar="FILE", type=Path, help="the same from a UTF-8 file")
    text.add_argument("--copy-of", metavar="NAME", help="another prompt, of the app or yours")
    add.add_argument("--title", default="", help="for people (default: the first line)")
    add.add_argument("--system", default="", metavar="TEXT", help="system prompt")
    add.add_argument("--workload", default="", metavar="KIND", help="such as code, english or json (default custom)")
    add.add_argument("--thinking", action="store_true", help="let the model think first")
    add.add_argument("--replace", action="store_true", help="if there is one, put its old text into the bin")


def _drafter_words() -> str:
    kinds = [kind.facts for kind in LaneKind if kind.facts.word]
    return ", ".join(f"{facts.word} ({facts.phrase})" for facts in kinds)


def _int_between(least: int, most: int) -> Callable[[str], Any]:
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not from {least} to {most}")
        return value

    return parse


def _seconds(text: str) -> float:
    """Reads a time such as ``90s``, ``5m``, ``1.5h`` or ``300`` in seconds."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1.0)
    try:
        value = float(number) * unit
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 90s, 5m or 1h") from None
    if not 1 <= value <= 7 * 24 * 3600:
        raise argparse.ArgumentTypeError(f"{text} is not from 1s to 168h")
    return value


def _blanks(text: str) -> frozenset[str]:
    names = frozenset(part.strip() for part in text.split(",") if part.strip())
    if names - set(BLANKS):
        raise argparse.ArgumentTypeError(f"{text!r} is not of {', '.join(BLANKS)}")
    return names


def _counts(most: int) -> Callable[[str], Any]:
    """Numbers such as 1,2,4,8, each once, in rising order."""
    one = _int_between(1, most)

    def parse(text: str) -> tuple[int, ...]:
        return tuple(sorted({one(word.strip()) for word in text.split(",")}))

    return parse


def _axis(text: str) -> Axis:
    try:
        return parse_axis(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _contenders(most: int) -> Callable[[str], Any]:
    def parse(text: str) -> tuple[Contender, ...]:
        try:
            return parse_contenders(text, most)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def _float_between(least: float, most: float) -> Callable[[str], Any]:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not from {least:g} to {most:g}")
        return value

    return parse
