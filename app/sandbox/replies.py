"""What a verification is asked: two replies, and the sandbox in which their programs run."""

from __future__ import annotations

import msgspec

from app.sandbox.base import SandboxRecipe, Unavailable
from app.sandbox.results import Limits

SEED = 20_240
INPUTS = 200


class Reply(msgspec.Struct, frozen=True):
    """A model's reply and whether it ended only because of the token limit."""

    text: str
    hit_limit: bool = False


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One verification. Without a `recipe` nothing runs, for the reason that `unavailable` gives.

    `inputs`: the most inputs for one pair of functions. The same `seed` gives the same inputs and the same chance.
    """

    a: Reply
    b: Reply
    recipe: SandboxRecipe | None = None
    unavailable: Unavailable | None = None
    limits: Limits = Limits()
    seed: int = SEED
    inputs: int = INPUTS
