"""What a verification is asked: two replies, and the sandbox in which their programs run."""

from __future__ import annotations

import msgspec

from app.sandbox.base import SandboxRecipe, Unavailable
from app.sandbox.gate.recording import Permission
from app.sandbox.results import Limits

SEED = 20_240
INPUTS = 200


class Reply(msgspec.Struct, frozen=True):
    """A model's reply and whether it ended only because of the token limit."""

    text: str
    hit_limit: bool = False


class Fetching(msgspec.Struct, frozen=True):
    """What the programs may fetch.

    `permission`: from the world; None: only what is in the recording. `recording`: its file, read if it is there and
    written if anything was fetched; empty: none is kept.
    """

    permission: Permission | None = None
    recording: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One verification. Without a `recipe` nothing runs, for the reason that `unavailable` gives.

    `inputs`: the most inputs for one pair of functions. The same `seed` gives the same inputs and the same chance.
    Without `fetching` the programs have no network at all.
    """

    a: Reply
    b: Reply
    recipe: SandboxRecipe | None = None
    unavailable: Unavailable | None = None
    limits: Limits = Limits()
    seed: int = SEED
    inputs: int = INPUTS
    fetching: Fetching | None = None
