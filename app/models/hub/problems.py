"""What can go wrong between the app and the hub, in words for the user.

Each function makes one Problem. `kind` is a stable word for programs and tests.
"""

from __future__ import annotations

from app.models.hub.settings import HubSettings
from app.race.problems import Problem
from app.race.visible import visible

_AGAIN = "What has been fetched is kept: start the download again to go on from there."


def no_token(settings: HubSettings, repository: str) -> Problem:
    """A gated repository, and no token on this machine."""
    return Problem(
        kind="no-token",
        sentence=f"{repository} can only be downloaded with an account on the hub.",
        cause="No access token was found on this machine.",
        action=f"Make a token at {settings.tokens_page}, put it into the HF_TOKEN variable or the hub's token file, "
        f"accept the licence at {settings.model_page(repository)}, and start again.",
    )


def licence_not_accepted(settings: HubSettings, repository: str) -> Problem:
    """A gated repository whose licence this account has not accepted."""
    return Problem(
        kind="licence",
        sentence=f"The licence of {repository} has not been accepted with this account.",
        action=f"Open {settings.model_page(repository)} in a browser, read and accept the licence there, "
        "and start again.",
    )


def denied(settings: HubSettings, repository: str, said: str) -> Problem:
    """A gated repository that this account may not read; `said` are the hub's words."""
    return Problem(
        kind="denied",
        sentence=f"The hub does not let this account download {repository}.",
        cause=said,
        action=f"Open {settings.model_page(repository)} to see why. A token with fine-grained rights needs the right "
        f"to read gated repositories ({settings.tokens_page}).",
    )


def token_refused(settings: HubSettings, repository: str) -> Problem:
    """The hub knows no such token."""
    return Problem(
        kind="token-refused",
        sentence="The hub does not accept the access token of this machine.",
        cause=f"It may be mistyped, withdrawn or expired. Or {repository} is private.",
        action=f"Look at {settings.tokens_page}, make a new token if needed, and start again.",
    )


def repository_missing(settings: HubSettings, repository: str) -> Problem:
    """The hub has no such repository, or hides it."""
    sentence = f"The hub has no repository {repository} that this machine may see."
    return _missing(settings, repository, "repository-missing", sentence, "It was renamed, removed or made private.")


def file_missing(settings: HubSettings, repository: str, path: str, revision: str) -> Problem:
    """The repository has no such file at that revision."""
    sentence = f"{repository} has no file {path} at {revision}."
    return _missing(settings, repository, "remote-file-missing", sentence, "It was renamed or removed there.")


def _missing(settings: HubSettings, repository: str, kind: str, sentence: str, cause: str) -> Problem:
    page = settings.model_page(repository)
    action = f"Look at {page}; correct the name in your models.toml if it is your entry."
    return Problem(kind, sentence, cause, action)


def offline(repository: str) -> Problem:
    """The user switched downloads off."""
    return Problem(
        kind="offline",
        sentence=f"{repository} is not on this machine and downloads are switched off.",
        cause="The variable HF_HUB_OFFLINE is set.",
        action="Unset it and start again, or use the built-in pair.",
    )


def no_connection(settings: HubSettings, details: str) -> Problem:
    """The hub cannot be reached; `details` say how that showed."""
    return Problem(
        kind="no-connection",
        sentence=f"There is no connection to {settings.endpoint}.",
        action=f"Check the network and any proxy settings. {_AGAIN}",
        details=details,
    )


def busy(settings: HubSettings, status: int, wait: float | None) -> Problem:
    """The hub answers that it cannot answer; `wait` are the seconds it asks for."""
    later = f" It asks to wait {round(wait)} s." if wait else ""
    return Problem(
        kind="busy",
        sentence=f"{settings.endpoint} cannot answer now (HTTP {status}).{later}",
        action=f"Wait a little. {_AGAIN}",
    )


def interrupted(path: str, details: str) -> Problem:
    """The connection broke too often; `details` say how."""
    return Problem(
        kind="interrupted",
        sentence=f"The connection broke again and again while {path} was fetched.",
        action=_AGAIN,
        details=details,
    )


def unexpected(path: str, said: str) -> Problem:
    """An answer that does not fit; `said` says why."""
    return Problem(
        kind="unexpected-answer",
        sentence=f"The server gave an answer for {path} that does not fit the question.",
        cause=said,
        action="A proxy or a sign-in page of the network may be in the way. Nothing of that answer was kept.",
    )


def changed(repository: str, path: str) -> Problem:
    """The hub has another file than the registry describes."""
    return Problem(
        kind="changed",
        sentence=f"{path} in {repository} is not the file that the registry describes.",
        cause="The owner has replaced it, or the mirror holds another one.",
        action="Look for a newer version of this app, or take the new size and sha256 into your own models.toml.",
    )


def damaged(path: str) -> Problem:
    """A file whose checksum is wrong."""
    return Problem(
        kind="damaged",
        sentence=f"{path} arrived, but its content is not what the hub describes (wrong checksum).",
        cause="Something on the way or on this machine's disk changed it.",
        action="It was deleted. Start the download again.",
    )


def no_space(needed: int, free: int, folder: str) -> Problem:
    """Too little room, in bytes."""
    return Problem(
        kind="no-space",
        sentence=f"There is not enough free space in {folder}: {needed:,} bytes are needed and {free:,} are free.",
        action="Free some space, or set MTP_RACE_HOME to a folder on a larger disk.",
    )


def disk(path: str, error: OSError) -> Problem:
    """The disk refuses to be written."""
    return Problem(
        kind="disk",
        sentence=f"{path} cannot be written.",
        cause=f"{error.strerror or error}.",
        action=f"Check the disk's free space and the folder's permissions. {_AGAIN}",
    )


def already_running(path: str) -> Problem:
    """Another process has the folder."""
    return Problem(
        kind="already-running",
        sentence=f"Another window or command is fetching {path} now.",
        action="Wait for it to finish, or stop it there.",
    )


def cancelled() -> Problem:
    """The user stopped it."""
    return Problem(kind="cancelled", sentence="The download was stopped.", action=_AGAIN)


def ended(title: str) -> Problem:
    """Its thread is gone and left no report."""
    return Problem(kind="download-ended", sentence=f"The download of {title} ended without a report.", action=_AGAIN)


def endpoint_bad(endpoint: str) -> Problem:
    """HF_ENDPOINT holds no address."""
    return Problem(
        kind="endpoint-bad",
        sentence="The address of the hub in the variable HF_ENDPOINT cannot be used.",
        cause=f'It is "{visible(endpoint, 80)}".',
        action="Write it like https://huggingface.co, or unset HF_ENDPOINT.",
    )
