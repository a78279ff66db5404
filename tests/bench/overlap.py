"""What drafting while the target checks could gain at most: ``python -m tests.bench.overlap FILE``.

While a pass runs, a drafter could go on behind its own draft, as PEARL does (Liu and others 2024). Its work is of use
if the whole draft holds and the target's own token is the one that was drafted next; else it begins again. So of each
round of that kind the next draft's time is saved, at most as long as the pass is. That is counted on recorded texts, as
if both cost nothing extra while they run at once. Written to results/overlap.json.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app.race.kpolicy import policy_for
from app.race.lanes import KPolicy
from app.race.simulate import PassTable, Place, simulate
from tests.bench.peer import RESULTS
from tests.bench.policies import STAIRS, known_of
from tests.bench.recordings import LONGEST, recordings


def most_gained(places: tuple[Place, ...], table: PassTable, policy: KPolicy, k: int) -> float:
    """Returns the run's time over its time with all that could be saved."""
    found = simulate(places, policy_for(policy, k, known_of(table)), table)
    at, saved, before, useful = 0, 0.0, 0.0, False
    for item in found.rounds:
        if useful:
            saved += min(float(item.draft_ns), before)
        before = float(item.verify_ns)
        useful = item.drafted > 0 and places[at].accepted > item.drafted
        at += item.emitted
    return found.ns / (found.ns - saved)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    texts = recordings(parser.parse_args().file)
    results: dict[str, dict[str, float]] = {}
    for title, table in (("this machine", texts.table), ("4-bit stairs", STAIRS)):
        for name, places in texts.bundled.items():
            results[f"{title}, {name}"] = {
                "K = 3": round(most_gained(places, table, KPolicy.FIXED, 3), 4),
                "auto": round(most_gained(places, table, KPolicy.AUTO, LONGEST), 4),
            }
    for name, row in results.items():
        print(name, row)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "overlap.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
