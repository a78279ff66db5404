"""What is raced: lanes, sampling and the request that every lane of a race gets."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

MAX_K: Final = 16
"""Most draft tokens a round may propose."""

MAX_CONCURRENCY: Final = 64
"""Most requests that are sent to a server at once."""

KRange = Annotated[int, msgspec.Meta(ge=0, le=MAX_K)]


class KindFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the app knows of a kind of lane. In texts ``{k}`` stands for the number of draft tokens.

    Attributes:
        name: Short name of such a lane.
        phrase: What drafts, in the middle of a sentence.
        way: How it decodes, in a few words; ``way_short`` in fewer, ``way_long`` in sentences.
        drafts: False for what the others are compared with.
        choice: What drafts, in the window's list; empty for what only a file or some servers can do.
        word: As on the command line; empty where only a model file can be named.
        own: Without a file of its own it takes the pair's drafter.
        file: What a model file that drafts in this way is called; empty where none can.
    """

    name: str
    phrase: str
    way: str
    way_short: str = "Drafts {k}"
    way_long: str
    drafts: bool = True
    choice: str = ""
    word: str = ""
    own: bool = False
    file: str = ""


class LaneKind(StrEnum):
    """How a lane decodes. The one table of kinds: a row is the value in traces and the facts, and has to have both."""

    facts: KindFacts

    def __new__(cls, value: str, facts: KindFacts) -> LaneKind:
        """Makes a row of the table."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.facts = facts
        return made

    BASELINE = (
        "baseline",
        KindFacts(
            name="Baseline",
            phrase="without a drafter",
            way="One token a step",
            way_short="One token a step",
            way_long="The full model reads everything so far and writes one token. Then again, for every token.",
            drafts=False,
        ),
    )
    MTP = (
        "mtp",
        KindFacts(
            name="MTP",
            phrase="an MTP drafter",
            way="Draft {k}, check all at once, keep what is right",
            way_long=(
                "A small drafter guesses the next {k} tokens. The full model checks all of them in one step, keeps "
                "those it would have written itself, and adds one of its own."
            ),
            choice="MTP drafter",
            word="mtp",
            own=True,
            file="MTP",
        ),
    )
    DRAFT_MODEL = (
        "draft-model",
        KindFacts(
            name="Draft model",
            phrase="a draft model",
            way="A small model drafts {k}, the full model checks",
            way_long=(
                "A second, smaller model writes {k} tokens ahead. The full model checks all of them in one step and "
                "keeps those it would have written itself."
            ),
            file="Model",
        ),
    )
    EAGLE3 = (
        "eagle3",
        KindFacts(
            name="EAGLE3",
            phrase="an EAGLE3 head",
            way="A head that reads three layers drafts {k}, the full model checks",
            way_long=(
                "A small head reads what three layers of the full model make of the text, and guesses the next {k} "
                "tokens one after the other. The full model checks them in one step and keeps those it would have "
                "written itself."
            ),
            file="EAGLE3",
        ),
    )
    DFLASH = (
        "dflash",
        KindFacts(
            name="DFlash",
            phrase="a DFlash drafter",
            way="Drafts {k} in one pass, the full model checks",
            way_long=(
                "A small drafter reads layers of the full model and fills a block of {k} tokens in one pass. The full "
                "model checks them in one step and keeps those it would have written itself."
            ),
            file="DFlash",
        ),
    )
    DSPARK = (
        "dspark",
        KindFacts(
            name="DSpark",
            phrase="a DSpark drafter",
            way="Drafts {k} in one pass and corrects their order, the full model checks",
            way_long=(
                "A small drafter reads layers of the full model and fills a block of {k} tokens in one pass, each "
                "weighed by the one before it. The full model checks them in one step and keeps those it would have "
                "written itself."
            ),
            file="DSpark",
        ),
    )
    LOOKUP = (
        "lookup",
        KindFacts(
            name="Lookup",
            phrase="prompt lookup",
            way="Drafts {k} by looking back in the text",
            way_long=(
                "The next {k} tokens are guessed from the text so far, without any model. The full model checks them "
                "in one step and keeps those it would have written itself."
            ),
            choice="Prompt lookup",
            word="lookup",
        ),
    )
    NGRAM_SIMPLE = (
        "ngram-simple",
        KindFacts(
            name="N-gram simple",
            phrase="ngram-simple lookup",
            way="Drafts {k} that followed the last words before",
            way_long=(
                "The server looks for the last tokens earlier in the text, and guesses the {k} tokens that followed "
                "them. The full model checks them in one step."
            ),
            word="ngram-simple",
        ),
    )
    NGRAM_MAP_K = (
        "ngram-map-k",
        KindFacts(
            name="N-gram map",
            phrase="ngram-map-k lookup",
            way="Drafts {k} that often followed the last words",
            way_long=(
                "The server keeps a table of what followed each run of tokens, and guesses the next {k}. The full "
                "model checks them in one step."
            ),
            word="ngram-map-k",
        ),
    )
    NGRAM_MOD = (
        "ngram-mod",
        KindFacts(
            name="N-gram mod",
            phrase="ngram-mod lookup",
            way="Drafts up to {k}, word after word, from a table of the text",
            way_long=(
                "The server keeps a small table of which token followed each run of tokens, in all requests, and "
                "guesses up to {k} with it. The full model checks them in one step."
            ),
            word="ngram-mod",
        ),
    )
    NGRAM = (
        "ngram",
        KindFacts(
            name="N-gram",
            phrase="n-gram lookup",
            way="Drafts {k} by looking back in the text",
            way_long=(
                "The server looks for the last few tokens earlier in the text, and guesses the {k} tokens that "
                "followed them. The full model checks them in one step."
            ),
            word="ngram",
        ),
    )
    SUFFIX = (
        "suffix",
        KindFacts(
            name="Suffix tree",
            phrase="suffix decoding",
            way="Drafts {k} by a tree of endings",
            way_long=(
                "The server keeps a tree of what it has read and written, and guesses the next {k} tokens from the "
                "longest ending that it knows. The full model checks them in one step."
            ),
            word="suffix",
        ),
    )
    NEWER = (  # of a version after this one; only in what is read
        "newer",
        KindFacts(
            name="Newer drafter",
            phrase="a drafter that this version does not know",
            way="Drafts {k}",
            way_long="The next {k} tokens are guessed, and the full model checks them in one step.",
        ),
    )

    @classmethod
    def _missing_(cls, value: object) -> LaneKind | None:
        return cls.NEWER if isinstance(value, str) else None


class KPolicy(StrEnum):
    """How a lane chooses K for its next round."""

    FIXED = "fixed"
    HEURISTIC = "heuristic"  # grow by 2 on full acceptance, else shrink by 1 (transformers' schedule)
    COST = "cost"  # the K with the most tokens expected for the time that rounds have cost so far
    AUTO = "auto"  # draft by draft: the drafter's certainty against what passes cost
    NEWER = "newer"  # a way of a version after this one; only in what is read

    @property
    def learns_costs(self) -> bool:
        """Whether it weighs what passes cost."""
        return self in (KPolicy.COST, KPolicy.AUTO)

    @classmethod
    def _missing_(cls, value: object) -> KPolicy | None:
        return cls.NEWER if isinstance(value, str) else None


POLICY_WORDS: Final = {KPolicy.COST: "adaptive", KPolicy.HEURISTIC: "heuristic", KPolicy.AUTO: "auto"}
"""Of the ways to choose K: on the command line, in names and on axes."""
ONE_COPY: Final = "one_copy"
"""Setting of lanes that live in one process with one copy of their target's weights; its value is "on"."""
CACHE_TYPE: Final = "cache_type"
"""Setting of a lane whose KV cache has cells of another type than f16, such as "q8_0"."""
ADAPTIVE_K: Final = 8
"""Largest K that an adaptive lane may choose, unless told otherwise."""
MAX_CONTENDERS: Final = 3
"""Most drafting lanes of one race; with the baseline they are four, as many as there are lane colours."""


class Contender(msgspec.Struct, frozen=True, order=True):
    """A drafting lane that is asked for: a fixed K, or a way to choose K with the largest that it may choose.

    Attributes:
        kind: What drafts.
        drafter: Path of the drafter, empty for the pair's own, and where no file drafts.
    """

    k: KRange
    policy: KPolicy = KPolicy.FIXED
    kind: LaneKind = LaneKind.MTP
    drafter: str = ""

    @property
    def word(self) -> str:
        """As on the command line, such as ``"3"`` or ``"adaptive"``."""
        return POLICY_WORDS.get(self.policy, str(self.k))

    @property
    def lane(self) -> str:
        """Lane id where several contenders race."""
        return f"{self.kind.value}-{f'k{self.k}' if self.policy is KPolicy.FIXED else self.word}"


ADAPTIVE: Final = Contender(ADAPTIVE_K, KPolicy.COST)
HEURISTIC: Final = Contender(ADAPTIVE_K, KPolicy.HEURISTIC)
AUTO: Final = Contender(MAX_K, KPolicy.AUTO)
BY_POLICY: Final = (ADAPTIVE, HEURISTIC, AUTO)
"""Lanes that choose K themselves."""


def parse_contenders(text: str, most: int = MAX_CONTENDERS) -> tuple[Contender, ...]:
    """Reads contenders such as ``"2,4,adaptive"``, at most so many. Raises :class:`ValueError` with words for users."""
    found: list[Contender] = []
    named = {item.word: item for item in BY_POLICY}
    for word in (part.strip().lower() for part in text.split(",")):
        if word in named:
            found.append(named[word])
        elif word.isascii() and word.isdigit() and 1 <= int(word) <= MAX_K:
            found.append(Contender(int(word)))
        else:
            raise ValueError(f"{word!r} is neither a K from 1 to {MAX_K} nor 'adaptive', 'heuristic' or 'auto'")
    if len(set(found)) < len(found):
        raise ValueError(f"{text!r} names a K twice")
    if len(found) > most:
        raise ValueError(f"{text!r} names {len(found)}, and at most {most} can be raced at once")
    return tuple(found)


class Sampling(msgspec.Struct, frozen=True):
    """How the next token is chosen from the target's logits.

    Attributes:
        temperature: 0 is greedy.
        top_k: Keep the k most likely tokens; 0 keeps all.
        top_p: Keep the smallest set of tokens with this total probability; 1 keeps all.
        seed: Of the common random numbers: the draw for position p depends on (seed, p) alone, in every lane.
    """

    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.0
    top_k: Annotated[int, msgspec.Meta(ge=0)] = 0
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0


class LaneSpec(msgspec.Struct, frozen=True):
    """One contestant: engine, files and settings. Everything a worker needs to load it.

    Attributes:
        id: Unique in the race: ``"baseline"``, ``"mtp"``, or ``"mtp-k2"`` where several MTP lanes race.
        kind: How it decodes.
        k: Draft tokens per round; 0 for the baseline. For an adaptive policy the largest K it may choose.
        engine: Registry name of the engine, such as ``"llama.cpp"``.
        target: Path of the full model's file or folder, or a server's address.
        drafter: Path of the drafter, empty where there is none.
        policy: How K is chosen from round to round.
        context: Context size in tokens.
        threads: CPU threads; 0 means physical cores minus one, at least one.
        gpu_layers: Layers on the GPU; -1 means all where there is one.
        draft_min_p: Stop drafting below this confidence of the drafter; 0 always drafts K tokens.
        options: Engine-specific settings as plain strings.
    """

    id: str
    kind: LaneKind
    engine: str
    target: str
    drafter: str = ""
    k: KRange = 0
    policy: KPolicy = KPolicy.FIXED
    context: Annotated[int, msgspec.Meta(ge=16, le=1 << 20)] = 2048
    threads: Annotated[int, msgspec.Meta(ge=0, le=1024)] = 0
    gpu_layers: Annotated[int, msgspec.Meta(ge=-1)] = -1
    draft_min_p: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    options: dict[str, str] = {}


class Message(msgspec.Struct, frozen=True):
    """One turn of a chat.

    Attributes:
        role: Who speaks: ``"system"``, ``"user"`` or ``"assistant"``.
        text: What is said.
    """

    role: str
    text: str


class Request(msgspec.Struct, frozen=True):
    """What every lane of a race is asked for.

    Attributes:
        prompt: The user's message; the engine applies the model's own chat template.
        max_tokens: Most tokens to emit.
        sampling: Shared by all lanes.
        raw: True feeds the prompt as it is, without a chat template.
        concurrency: How many requests like this one are sent at once. One is shown, all are counted.
        thinking: Whether the model is to think before it answers, where it can be chosen. Off in every engine unless
            asked for, so that the same pair gets the same prompt everywhere.
        before: What was said before the prompt: a system prompt and earlier turns, in their order.
        depth: Tokens of a long text that the engine puts before the prompt, in the same turn.
    """

    prompt: str
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1 << 20)] = 256
    sampling: Sampling = Sampling()
    raw: bool = False
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=MAX_CONCURRENCY)] = 1
    thinking: bool = False
    before: tuple[Message, ...] = ()
    depth: Annotated[int, msgspec.Meta(ge=0, le=1 << 20)] = 0

    @property
    def messages(self) -> list[dict[str, str]]:
        """The whole chat with the prompt as its last turn, as chat interfaces take it."""
        said = [{"role": item.role, "content": item.text} for item in self.before]
        return [*said, {"role": "user", "content": self.prompt}]


BLOCK_ENGINES: Final = frozenset({"mlx"})
"""Engines that call K + 1 a block; the others have no such word."""


def k_words(spec: LaneSpec) -> str:
    """Returns how many tokens a round of the lane drafts, such as ``"3"`` or ``"up to 8"``."""
    return str(spec.k) if spec.policy is KPolicy.FIXED else f"up to {spec.k}"


def drafts_alike(one: LaneSpec, other: LaneSpec) -> bool:
    """Whether two lanes draft with the same drafter."""
    return (one.kind, one.drafter) == (other.kind, other.drafter)


def lane_name(spec: LaneSpec) -> str:
    """Returns the lane's short name, such as ``"MTP K=3"`` or ``"MTP adaptive"``."""
    if not spec.kind.facts.drafts:
        return spec.kind.facts.name
    way = f"K={spec.k}" if spec.policy is KPolicy.FIXED else POLICY_WORDS.get(spec.policy, "in a newer way")
    return f"{spec.kind.facts.name} {way}"


def lane_title(spec: LaneSpec) -> str:
    """Returns the lane's name with its largest K, or the engine's own word for K: ``"MTP K=3 (block 4)"`` with MLX."""
    if not spec.kind.facts.drafts:
        return lane_name(spec)
    if spec.policy is not KPolicy.FIXED:
        return f"{lane_name(spec)} (K ≤ {spec.k})"
    return f"{lane_name(spec)} (block {spec.k + 1})" if spec.engine in BLOCK_ENGINES else lane_name(spec)
