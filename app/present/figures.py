"""The numbers of a race and how they were measured, as text: films, pages and summaries all show these."""

from __future__ import annotations

from app.present.view import LaneView, RaceView
from app.race.events import Finish
from app.race.fold import NS, Phase
from app.race.formats import FORMATS
from app.race.lanes import KPolicy, LaneKind, LaneSpec
from app.race.trace import Header, Machine
from app.race.verdict import Comparison

DRAW = 1.005
"""Below this ratio no lane is called faster, as in the window."""

ENDS = {
    Finish.END: "finished",
    Finish.LENGTH: "reached the limit",
    Finish.CONTEXT: "context full",
    Finish.STOPPED: "stopped",
    Finish.NEWER: "ended",
}
_WAYS = {
    LaneKind.BASELINE: "One token a step",
    LaneKind.MTP: "Draft {k}, check all at once, keep what is right",
    LaneKind.DRAFT_MODEL: "A small model drafts {k}, the full model checks",
    LaneKind.LOOKUP: "Drafts {k} by looking back in the text",
    LaneKind.NEWER: "Drafts {k}",
}
_KINDS = {
    LaneKind.MTP: "MTP",
    LaneKind.DRAFT_MODEL: "Draft model",
    LaneKind.LOOKUP: "Lookup",
    LaneKind.NEWER: "Newer drafter",
}
_WORST = ("fork", "near-tie fork", "unknown", "identical")


def short_title(spec: LaneSpec) -> str:
    """Returns a lane's short name, such as ``"MTP K=3"``."""
    if spec.kind is LaneKind.BASELINE:
        return "Baseline"
    return f"{_KINDS[spec.kind]} K={spec.k}" if spec.policy is KPolicy.FIXED else f"{_KINDS[spec.kind]} K ≤ {spec.k}"


def way(spec: LaneSpec) -> str:
    """Returns how a lane decodes, in a few words."""
    return _WAYS[spec.kind].format(k=spec.k if spec.policy is KPolicy.FIXED else f"up to {spec.k}")


def way_now(lane: LaneView) -> str:
    """Returns how a lane decodes, with its acceptance once it has one."""
    mean, share = lane.state.accepted_per_round, lane.state.acceptance_rate
    if mean is None or share is None:
        return way(lane.spec)
    return f"{mean:.2f} of {_drafted(lane)} accepted a round · {share:.0%}"


def _drafted(lane: LaneView) -> str:
    """Returns how many tokens a round drafted: K, or what an adaptive lane chose on average."""
    if lane.spec.policy is KPolicy.FIXED:
        return str(lane.spec.k)
    return f"{lane.state.drafted / max(1, len(lane.state.rounds)):.1f}"


def clock_text(lane: LaneView, limit: int) -> str:
    """Returns tokens and lane clock: against ``limit`` while it runs, with the way it ended afterwards."""
    state = lane.state
    if state.phase in (Phase.STARTING, Phase.READY):
        return "ready"
    count = f"{state.count} / {limit}" if not state.over else f"{state.count} tokens"
    end = f" · {ENDS[state.finish]}" if state.finish else " · failed" if state.phase is Phase.FAILED else ""
    return f"{count} · {state.clock_ns / NS:.2f} s{end}"


def rate_text(lane: LaneView) -> str:
    """Returns the decode rate, or a dash before there is one."""
    return f"{lane.state.decode_tps:.1f}" if lane.state.decode_tps else "–"


def winner(view: RaceView) -> tuple[int, str, str]:
    """Returns who is ahead or has won: the lane's index (-1 for nobody), a phrase, and the ratio (empty if none)."""
    leader = view.leader
    if leader is None:
        return -1, "", ""
    lane, ratio = leader
    failed = any(item.state.phase is Phase.FAILED for item in view.lanes)
    if failed and view.over:
        return -1, "A lane failed: no winner", f"{ratio:.2f}×"
    if ratio < DRAW:
        return -1, "Level" if view.over else "Level so far", f"{ratio:.2f}×"
    return lane.index, f"{short_title(lane.spec)} {'wins' if view.over else 'ahead'}", f"{ratio:.2f}×"


def worst_comparison(view: RaceView) -> Comparison | None:
    """Returns the token verdict; with several drafting lanes the worst one."""
    found = [result for lane in view.contenders if (result := view.comparison(lane)) is not None]
    return min(found, key=lambda item: _WORST.index(item.verdict.value), default=None)


def best_reason(view: RaceView) -> str:
    """Returns why the fastest drafting lane is as fast as it is; empty if that cannot be told."""
    told = [(reason.speedup, reason.sentence) for lane in view.contenders if (reason := view.explanation(lane))]
    return max(told)[1] if told else ""


def figure_rows(view: RaceView) -> list[tuple[str, list[str]]]:
    """Returns the table of results: a name, and a text for each lane; rows that no lane has are left out."""
    rows: list[tuple[str, list[str]]] = [
        ("Decode rate", [f"{rate_text(lane)} tok/s" for lane in view.lanes]),
        ("Tokens", [str(lane.state.count) for lane in view.lanes]),
        ("Lane clock", [f"{lane.state.clock_ns / NS:.2f} s" for lane in view.lanes]),
        ("Time to first token", [f"{lane.state.ttft_ns / NS:.2f} s" for lane in view.lanes]),
        ("Rounds", [str(len(lane.state.rounds)) for lane in view.lanes]),
        ("Accepted per round", [_accepted(lane) for lane in view.lanes]),
        ("Acceptance rate", [_share(lane.state.acceptance_rate) for lane in view.lanes]),
        ("Peak memory", [_memory(lane.state.peak_memory_bytes) for lane in view.lanes]),
    ]
    return [(name, values) for name, values in rows if any(value != "–" for value in values)]


def conditions(view: RaceView) -> list[tuple[str, str]]:
    """Returns how the numbers were measured: a name and a text each."""
    header = view.header
    known = FORMATS.get(header.format)
    loaded = next((lane.state.loaded for lane in view.lanes if lane.state.loaded), None)
    found = [
        ("Format", f"{known.title}: {known.note}" if known else header.format),
        ("Model", header.pair_title or header.pair),
        ("Engine", f"{loaded.engine}, {loaded.device}" if loaded else ""),
        ("Machine", machine(header)),
        ("Sampling", sampling(header)),
        ("Prompt", _prompt(header, view)),
        ("Measured", " ".join(part for part in (header.created[:10], f"with MTP Race {header.app_version}") if part)),
    ]
    return [(name, text) for name, text in found if text]


def machine(header: Header) -> str:
    """Returns the machine in a few words; empty if unknown."""
    return machine_text(header.machine)


def machine_text(item: Machine) -> str:
    """Returns a machine in a few words; empty if unknown."""
    cores = f"{item.cores} core{'s' if item.cores != 1 else ''}" if item.cores else ""
    memory = f"{item.memory_bytes / (1 << 30):.0f} GiB" if item.memory_bytes else ""
    return ", ".join(part for part in (*item.gpus, item.cpu, cores, memory) if part)


def sampling(header: Header) -> str:
    """Returns how tokens were chosen."""
    item = header.request.sampling
    if item.temperature == 0:
        return "greedy (temperature 0)"
    parts = [f"temperature {item.temperature:g}", f"top-k {item.top_k}" if item.top_k else ""]
    parts += [f"top-p {item.top_p:g}" if item.top_p < 1 else "", f"seed {item.seed}"]
    return ", ".join(part for part in parts if part) + ", the same draws in every lane"


def _prompt(header: Header, view: RaceView) -> str:
    tokens = max((lane.state.prompt_tokens for lane in view.lanes), default=0)
    parts = [header.prompt_name, f"{tokens} tokens" if tokens else "", f"limit {header.request.max_tokens} tokens"]
    return ", ".join(part for part in parts if part)


def _accepted(lane: LaneView) -> str:
    mean = lane.state.accepted_per_round
    return "–" if mean is None else f"{mean:.2f} of {_drafted(lane)}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _memory(value: int) -> str:
    return f"{value / (1 << 20):.0f} MiB" if value else "–"
