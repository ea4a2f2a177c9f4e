"""A foreign node as a child process: started, asked over JSON-RPC, ended.

It listens on a loopback port and dies with this process, whatever ends that.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Self

from differential.processes import die_with_parent

HOST: Final = "127.0.0.1"
_POLL_SECONDS: Final = 0.05
_LONGEST_REASON: Final = 200


class NodeError(Exception):
    """The node failed; the text says how."""


class Refusal(Exception):
    """The node answered a call with an error of its own."""


class Node:
    """A node in a process group of its own; use in a `with`."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        """`command` without host and port; `seconds` is the time for each answer."""
        self._command = list(command)
        self._seconds = seconds
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed at exit)
        self._process: subprocess.Popen[bytes] | None = None
        self._connection = http.client.HTTPConnection(HOST, timeout=seconds)
        self._calls = 0

    def __enter__(self) -> Self:
        port = _free_port()
        self._connection = http.client.HTTPConnection(HOST, port, timeout=self._seconds)
        try:
            self._process = subprocess.Popen(
                [*self._command, "--host", HOST, "--port", str(port)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 (workers have no threads)
            )
            self._wait_for_port(port)
        except OSError as error:
            self.__exit__(None, None, None)
            raise NodeError(f"does not start: {error.strerror or error}") from error
        except NodeError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._errors.close()

    def _wait_for_port(self, port: int) -> None:
        deadline = time.monotonic() + self._seconds
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                raise NodeError(f"does not start: {self._last_words()}")
            try:
                socket.create_connection((HOST, port), _POLL_SECONDS).close()
            except OSError:
                time.sleep(_POLL_SECONDS)
            else:
                return
        raise NodeError(f"does not start: silent for {self._seconds:g} s")

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a call. Raises NodeError, and Refusal for an error of it."""
        self._calls += 1
        request = {
            "jsonrpc": "2.0",
            "id": self._calls,
            "method": method,
            "params": list(params),
        }
        try:
            self._connection.request(
                "POST", "/", json.dumps(request), {"Content-Type": "application/json"}
            )
            content = self._connection.getresponse().read()
        except TimeoutError as error:
            reason = f"gives no answer to {method} after {self._seconds:g} s"
            raise NodeError(reason) from error
        except (OSError, http.client.HTTPException) as error:
            reason = f"died at {method}: {self._last_words()}"
            raise NodeError(reason) from error
        return self._result(method, content)

    def _result(self, method: str, content: bytes) -> Any:
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or answer.get("id") != self._calls:
            raise nonsense(method, content)
        if "error" in answer:
            error = answer["error"]
            text = error.get("message") if isinstance(error, dict) else error
            raise Refusal(_short(f"{method}: {text}"))
        if "result" not in answer:
            raise nonsense(method, content)
        return answer["result"]

    def _last_words(self) -> str:
        """How the process ended, and the last line it wrote."""
        assert self._process is not None
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return "it closed the connection"
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        how = f"exit code {code}"
        if code < 0:
            how = signal.Signals(-code).name
        return _short(f"{how}: {said[-1]}" if said else how)


def nonsense(method: str, answer: Any) -> NodeError:
    """The error for an answer that cannot be one."""
    text = (
        answer.decode(errors="replace") if isinstance(answer, bytes) else repr(answer)
    )
    return NodeError(_short(f"answers nonsense to {method}: {text}"))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}..."


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port
