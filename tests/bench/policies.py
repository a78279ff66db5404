"""Policies against each other on recorded texts: ``python -m tests.bench.policies FILE``.

Texts are recorded once (:mod:`tests.bench.recordings`), so that any policy can be replayed over them exactly
(:mod:`app.race.simulate`). Costs are two tables: this machine's, from a probe, and those of a 4-bit E2B on a processor,
whose passes get cheaper at widths 4, 8, 12 and 16. Written to results/policies.json: the decode rate of each policy in
baselines, on the bundled prompts. ``auto kept`` starts from what races of the other prompts showed, as the app keeps
it. The constants of the policies were chosen on the other prompts alone: ``--tuning`` shows these.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import geometric_mean

from app.race.certainty import calibrated
from app.race.events import Round
from app.race.known_costs import Calibration, KnownCosts
from app.race.kpolicy import policy_for
from app.race.lanes import KPolicy
from app.race.simulate import PassTable, Place, simulate
from tests.bench.peer import RESULTS
from tests.bench.recordings import LONGEST, MOST, RANDOM, Texts, recordings

STAIRS_MS = (225, 425, 516, 256, 448, 567, 676, 479, 608, 725, 815, 700, 814, 890, 1010, 667, 866)
"""Passes of a whole 4-bit E2B of the true shape on one core of a processor, by width from 1: a probe here."""
STAIRS = PassTable({width: 1e6 * cost for width, cost in enumerate(STAIRS_MS, start=1)}, 9.5e6)


def known_of(table: PassTable, calibration: Calibration | None = None) -> KnownCosts:
    """What a probe would have told of a table."""
    passes = tuple(round(table.passes[width]) for width in sorted(table.passes))
    return KnownCosts(passes, round(table.draft), calibration)


def oracle_ns(places: tuple[Place, ...], table: PassTable, most: int = LONGEST) -> float:
    """Returns the least time in which drafts of any length can decode the text: what no policy can beat."""
    least = [0.0] * (len(places) + 1)
    for at in range(len(places) - 1, -1, -1):
        left = len(places) - at
        least[at] = min(
            table.passes[k + 1] + table.draft * k + table.other + least[at + min(places[at].accepted, k, left - 1) + 1]
            for k in range(most + 1)
        )
    return least[0]


def auto_rounds(
    places: tuple[Place, ...], table: PassTable, kept: Calibration | None = None
) -> tuple[float, list[Round]]:
    """Returns the time and the rounds of ``auto`` on a text."""
    found = simulate(places, policy_for(KPolicy.AUTO, LONGEST, known_of(table, kept)), table)
    return found.ns, list(found.rounds)


def learned(texts: Texts, table: PassTable) -> Calibration | None:
    """Returns what is kept after a greedy race of each text, one after the other."""
    kept: Calibration | None = None
    for name, places in texts.items():
        if "@" not in name and not name.startswith("mixed"):
            kept = calibrated(auto_rounds(places, table, kept)[1], LONGEST, kept)
    return kept


def compare(places: tuple[Place, ...], table: PassTable, kept: Calibration | None) -> dict[str, float]:
    """Returns the decode rate of each policy, in baselines."""
    base, known = (table.passes[1] + table.other) * len(places), known_of(table)
    rates = {f"k{k}": base / simulate(places, policy_for(KPolicy.FIXED, k), table).ns for k in range(1, LONGEST + 1)}
    for policy in (KPolicy.HEURISTIC, KPolicy.COST):
        rates[policy.value] = base / simulate(places, policy_for(policy, MOST, known), table).ns
    rates["auto"] = base / auto_rounds(places, table)[0]
    if kept is not None:
        rates["auto kept"] = base / auto_rounds(places, table, kept)[0]
    rates["auto to 8"] = base / simulate(places, policy_for(KPolicy.AUTO, MOST, known), table).ns
    rates["auto unprobed"] = base / simulate(places, policy_for(KPolicy.AUTO, LONGEST), table).ns
    return rates | {"oracle": base / oracle_ns(places, table)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="recorded texts; recorded now if the file is not there")
    parser.add_argument("--tuning", action="store_true", help="show the texts that constants were chosen on")
    arguments = parser.parse_args()
    found = recordings(arguments.file)
    results = {}
    for title, table in (("this machine", found.table), ("4-bit stairs", STAIRS)):
        kept = None if arguments.tuning else learned(found.others, table)
        texts = found.others if arguments.tuning else found.bundled
        # What greedy races of the pair showed is not used where the target draws, nor for another drafter.
        apart = {name for name in texts if " at " in name or name == RANDOM}
        rows = {name: compare(item, table, None if name in apart else kept) for name, item in texts.items()}
        results[title] = {
            name: {key: round(value, 4) for key, value in row.items()} | {"tokens": len(texts[name])}
            for name, row in rows.items()
        }
        print(title, {width: round(ns / 1e6, 1) for width, ns in table.passes.items()}, "draft", table.draft / 1e6)
        gains = []
        for name, row in rows.items():
            best = max(range(1, MOST + 1), key=lambda k, row=row: row[f"k{k}"])  # type: ignore[misc]
            longer = max(row[f"k{k}"] for k in range(1, LONGEST + 1)) / row[f"k{best}"]
            ways = ", ".join(
                f"{key} {value / row[f'k{best}']:.3f}" for key, value in row.items() if key[1:2] not in "123456789"
            )
            gains.append(row.get("auto kept", row["auto"]) / row[f"k{best}"])
            print(f"  {name}: K = {best} {row[f'k{best}']:.3f} baselines (K to 16: {longer:.3f} of it); of that {ways}")
        print(f"  auto / best fixed K to 8, mean {geometric_mean(gains):.3f}")
    if not arguments.tuning:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "policies.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
