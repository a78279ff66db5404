"""How the model hub is reached: address, token and the cache that all tools share, from their usual places."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from app.models.pairs import expand

DEFAULT_ENDPOINT = "https://huggingface.co"
_TOKEN = re.compile(r"^[\x21-\x7e]{1,400}$")
_YES = {"1", "on", "yes", "true"}


class HubToken:
    """A secret. Printing, logging or encoding it shows nothing of it."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def header(self) -> str:
        """Returns the value of an Authorization header. The only way to the secret."""
        return f"Bearer {self._secret}"

    def __repr__(self) -> str:
        return "HubToken(hidden)"

    __str__ = __repr__


class HubSettings(msgspec.Struct, frozen=True):
    """Where the hub is and who asks.

    Attributes:
        endpoint: Address of the hub or of a mirror, without a slash at the end.
        token: The user's token, or None.
        cache: The shared hub cache: what other tools have downloaded.
        offline: The user asked for no network access (HF_HUB_OFFLINE).
    """

    endpoint: str
    token: HubToken | None
    cache: Path
    offline: bool = False

    def model_page(self, repository: str) -> str:
        """Returns the address of a repository's page."""
        return f"{self.endpoint}/{repository}"

    @property
    def tokens_page(self) -> str:
        """The address of the page that makes tokens."""
        return f"{self.endpoint}/settings/tokens"


def hub_settings(environment: Mapping[str, str] | None = None, home: Path | None = None) -> HubSettings:
    """Reads the settings that every tool for this hub reads.

    Args:
        environment: The process's, if None. HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_HUB_CACHE,
            HF_HUB_OFFLINE and XDG_CACHE_HOME are looked at.
        home: The user's home folder, if not the usual one.
    """
    env = os.environ if environment is None else environment
    home = expand("~") if home is None else home
    shared = _folder(env, "XDG_CACHE_HOME", home / ".cache") / "huggingface"
    root = _folder(env, "HF_HOME", shared)
    return HubSettings(
        endpoint=_endpoint(env.get("HF_ENDPOINT", "")),
        token=_find_token(env, root),
        cache=_folder(env, "HF_HUB_CACHE", root / "hub"),
        offline=env.get("HF_HUB_OFFLINE", "").strip().lower() in _YES,
    )


def _endpoint(text: str) -> str:
    """Returns the hub's address. One without a scheme is meant as https, as other programs take it."""
    address = text.strip() or DEFAULT_ENDPOINT
    return (address if "://" in address else f"https://{address}").rstrip("/")


def is_address(endpoint: str) -> bool:
    """Returns whether something can be asked at this address: http or https, a name, and a port that there is."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
        host = (
            (parts.hostname or "").encode("idna").decode() if not (parts.hostname or "").isascii() else parts.hostname
        )
    except ValueError:
        return False
    plain = endpoint.isprintable() and " " not in endpoint and "?" not in endpoint and "#" not in endpoint
    return plain and parts.scheme in ("http", "https") and bool(host) and port != 0 and parts.username is None


def _folder(env: Mapping[str, str], name: str, default: Path) -> Path:
    value = env.get(name, "").strip()
    return expand(value) if value and "\0" not in value else default


def _find_token(env: Mapping[str, str], root: Path) -> HubToken | None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if token := _clean(env.get(name, "")):
            return token
    path = _folder(env, "HF_TOKEN_PATH", root / "token")
    try:
        with path.open("rb") as stream:
            return _clean(stream.read(4096).decode("ascii", "replace"))
    except (OSError, ValueError):
        # No token is the usual case. For one that cannot be read the hub will say what it needs.
        return None


def _clean(text: str) -> HubToken | None:
    text = text.strip()
    return HubToken(text) if _TOKEN.match(text) else None
