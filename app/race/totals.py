"""What a server says of drafting when its answer is over, laid on the rounds that were seen while it streamed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.race.events import Round, Token


def told_rounds(rounds: Sequence[Round], steps: Sequence[tuple[int, int]]) -> list[Round] | None:
    """Returns the rounds with what was drafted and accepted in each; None if the chunks were not one round each.

    A chunk is a round unless the reader was slow and got several at once. Then no chunk can be told from another, and
    only the sums are known.

    Args:
        rounds: One a chunk, as they were seen.
        steps: Drafted and accepted tokens of each round, in order. A round emits one token more than it accepts, the
            last one fewer if the run ended inside it.
    """
    if not steps or len(rounds) != len(steps):
        return None
    found: list[Round] = []
    for at, (seen, (drafted, accepted)) in enumerate(zip(rounds, steps, strict=True)):
        cut = at == len(steps) - 1 and seen.emitted <= accepted
        if accepted > drafted or not (cut or seen.emitted == accepted + 1):
            return None
        tokens = seen.tokens
        if len(tokens) == seen.emitted:
            tokens = tuple(_flagged(token, place < accepted) for place, token in enumerate(tokens))
        found.append(msgspec.structs.replace(seen, tokens=tokens, drafted=drafted, accepted=accepted))
    return found


def _flagged(token: Token, drafted: bool) -> Token:
    return msgspec.structs.replace(token, drafted=drafted)
