"""A user's message in the model's own chat format."""

from __future__ import annotations

import atexit
import functools
import subprocess
import threading
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from app.engines.chat_template import DROPPED, Asked, Rendered
from app.processes import module_command, safe_environment
from app.race.lanes import Message
from app.race.problems import DECODE_ERRORS, Problem, ProblemError

GEMMA_4: Final = (
    "{{ bos_token }}{% for m in messages %}"
    "<|turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n{{ m['content'] }}<turn|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|turn>model\n{% endif %}"
)
NO_TEMPLATE_NOTE: Final = "The model has no chat template: the prompt is fed as it is, as to a base model."
PATIENCE_S: Final = 10.0
"""How long a template may take, the start of its process included; a usual one takes milliseconds."""


def template_for(found: Any, architecture: str) -> str | None:
    """Returns the template to use.

    Args:
        found: What the model's metadata has: a template, several by name, or nothing.
        architecture: Of the model, such as ``"gemma4"``: its own turns are known without a template.
    """
    if isinstance(found, dict):
        found = found.get("default") or next(iter(found.values()), None)
    if isinstance(found, str) and found.strip():
        return found
    return GEMMA_4 if architecture.lower().startswith("gemma4") else None


class TemplateProcess:
    """The process in which templates are rendered. It is started when needed and again if it had to be ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0

    def start(self) -> None:
        """Starts it ahead, so that the first prompt need not wait for it."""
        with self._lock:
            self._running()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._close()
            self._process = subprocess.Popen(
                module_command("app.engines.chat_template"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=safe_environment(),
            )
            self._asked = 0
        return self._process

    def ask(self, asked: Asked, patience_s: float) -> Rendered:
        """Has a message rendered, within so many seconds. Raises :class:`OSError` if no process can be started."""
        line = msgspec.json.encode(asked) + b"\n"
        with self._lock:
            while True:
                process = self._running()
                fresh = not self._asked
                self._asked += 1
                reply, late = self._exchange(process, line, patience_s)
                if reply is not None:
                    return reply
                self._close()
                if late:
                    return Rendered(error=f"It did not end within {patience_s:g} s.")
                if fresh:
                    return Rendered(error="It needs too much memory or processor time.")

    def _exchange(
        self, process: subprocess.Popen[bytes], line: bytes, patience_s: float
    ) -> tuple[Rendered | None, bool]:
        """Returns the reply, None if the process ended; and whether it was ended because it took too long."""
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(patience_s, give_up)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            return msgspec.json.decode(process.stdout.readline(), type=Rendered), late.is_set()
        except (OSError, *DECODE_ERRORS):
            return None, late.is_set()
        finally:
            timer.cancel()

    def close(self) -> None:
        """Ends it."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass  # What was still to be sent has nobody to read it.
        process.wait()


_process: Final = TemplateProcess()
atexit.register(_process.close)


def prepare() -> None:
    """Gets ready to render, so that the first prompt need not wait for it. What fails is told when it is needed."""
    try:
        _process.start()
    except OSError:
        return


def render(
    template: str | None,
    prompt: str,
    bos: str = "",
    eos: str = "",
    *,
    thinking: bool = False,
    before: Sequence[Message] = (),
    patience_s: float = 0,
) -> str:
    """Returns the text to feed: the message as the user's turn, then the start of the model's turn.

    Args:
        template: The Jinja template from the model's metadata; without one the message is fed as it is.
        prompt: The user's message.
        bos: Text of the beginning-of-sequence token.
        eos: Text of the end-of-sequence token.
        thinking: Whether the model is to think before it answers, where its template lets one choose.
        before: A system prompt and earlier turns.
        patience_s: How long the template may take; 0 takes the usual.

    Raises:
        ProblemError: the template cannot be used, or leaves out what the user wrote.
    """
    if template is None:
        return "\n\n".join([*(item.text for item in before), prompt])
    said = tuple((item.role, item.text) for item in before)
    try:
        return _rendered(Asked(template, prompt, bos, eos, thinking, said), patience_s or PATIENCE_S)
    except UnicodeEncodeError as error:
        raise ProblemError(
            Problem("prompt-text", "The prompt holds something that is no text.", f"{error}.", "Save it as UTF-8.")
        ) from error
    except OSError as error:
        raise ProblemError(
            Problem(
                "template-process",
                "The process that renders the chat template cannot be started.",
                cause=f"{error.strerror or error}.",
                action="Close other programs, then try again.",
            )
        ) from error


@functools.lru_cache(maxsize=16)
def _rendered(asked: Asked, patience_s: float) -> str:
    """Renders once what is asked again and again: the warm-up and each heat have the same prompt."""
    reply = _process.ask(asked, patience_s)
    if reply.error == DROPPED:
        raise ProblemError(
            Problem(
                "template-drops-prompt",
                "The chat template in the model file leaves out what the user wrote.",
                cause="The prompt is not in its text, neither as a text nor as a part of a message.",
                action="Use another file of this model.",
            )
        )
    if reply.error:
        raise ProblemError(
            Problem(
                "template-bad",
                "The chat template in the model file cannot be used.",
                cause=reply.error,
                action="Use another file of this model.",
            )
        )
    return reply.text
