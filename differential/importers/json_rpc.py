"""JSON-RPC over HTTP, with answers kept on disk so that what was asked is not again.

Only what cannot change is to be asked here: blocks by hash, and state at a block. An
answer is appended to the file as it comes; a run that was stopped goes on from there.
"""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from zkos.host.case_reader import Node
from zkos.terminal import json_text
from zkos.terminal.errors import UserError
from zkos.terminal.files import read_file

METHOD_MISSING: Final = (-32601, -32004)
"""Codes of JSON-RPC and of EIP-1474: the node has no such method."""
MOST_BYTES: Final = 256 << 20
"""Of an answer."""
TRIES: Final = 4
_BUSY: Final = (429, 502, 503, 504)


class RpcError(UserError):
    """The node cannot be asked, or answers with an error; one line for the user."""


class MethodMissing(RpcError):
    """The node does not know the method."""


class Endpoint:
    """A node that answers over HTTP."""

    def __init__(self, url: str, timeout: float = 30.0, pause: float = 1.0) -> None:
        """`timeout` and `pause` in seconds; the pause grows with every try."""
        try:
            parts = urllib.parse.urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise RpcError(f"{url}: expected a URL with http or https")
        self.url: Final = url
        self._timeout: Final = timeout
        self._pause: Final = pause
        self.requests = 0

    def call(self, method: str, parameters: Sequence[Any]) -> Any:
        """The result of a method; raises RpcError."""
        self.requests += 1
        request = {
            "jsonrpc": "2.0",
            "id": self.requests,
            "method": method,
            "params": list(parameters),
        }
        answer = self._parsed(method, self._post(json.dumps(request).encode()))
        if "error" in answer:
            self._refuse(method, answer["error"])
        if "result" not in answer:
            raise RpcError(f"{self.url}: {method}: neither a result nor an error")
        return answer["result"]

    def _post(self, body: bytes) -> bytes:
        head = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url, body, head)
        for left in reversed(range(TRIES)):
            try:
                with urllib.request.urlopen(request, timeout=self._timeout) as reply:
                    content: bytes = reply.read(MOST_BYTES + 1)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code in _BUSY and left:
                    time.sleep(self._pause * (TRIES - left))
                    continue
                raise RpcError(f"{self.url}: HTTP status {error.code}") from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                reason = getattr(error, "reason", error)
                raise RpcError(f"{self.url}: cannot be asked: {reason}") from error
            if len(content) > MOST_BYTES:
                raise RpcError(f"{self.url}: an answer of more than {MOST_BYTES} bytes")
            return content
        raise AssertionError("the last try returns or raises")

    def _parsed(self, method: str, content: bytes) -> dict[str, Any]:
        try:
            answer = json_text.parse(content)
        except ValueError as error:
            reason = "the answer is no JSON"
            raise RpcError(f"{self.url}: {method}: {reason}") from error
        if not isinstance(answer, dict):
            raise RpcError(f"{self.url}: {method}: the answer is no JSON-RPC")
        return answer

    def _refuse(self, method: str, error: Any) -> None:
        code = error.get("code") if isinstance(error, dict) else None
        text = error.get("message", error) if isinstance(error, dict) else error
        kind = MethodMissing if code in METHOD_MISSING else RpcError
        raise kind(f"{self.url}: {method}: {text}")


class Archive:
    """Answers of a node by what was asked, in a file of lines of JSON or nowhere."""

    def __init__(self, endpoint: Endpoint, path: Path | None) -> None:
        self.endpoint: Final = endpoint
        self._path: Final = path
        self._known: Final = {} if path is None else _read(path)
        """Results by method and parameters; of methods alone those that are missing."""
        self.kept: Final = len(self._known)
        """How many answers were there before."""

    def ask(self, method: str, *parameters: Any) -> Node:
        """The result of a method, as JSON that knows where it is from.

        Raises RpcError.
        """
        if method in self._known:
            raise MethodMissing(
                f"{self.endpoint.url}: {method}: there is no such method"
            )
        key = json.dumps([method, *parameters])
        if key not in self._known:
            try:
                result = self.endpoint.call(method, parameters)
            except MethodMissing:
                self._known[method] = None
                self._keep({"missing": method})
                raise
            self._known[key] = result
            row = {"method": method, "params": list(parameters), "result": result}
            self._keep(row)
        return Node(self.endpoint.url, method, self._known[key])

    def _keep(self, row: dict[str, Any]) -> None:
        if self._path is None:
            return
        line = json.dumps(row, separators=(",", ":"))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a") as file:
                file.write(line + "\n")
        except OSError as error:
            reason = f"cannot be written: {error.strerror or error}"
            raise UserError(f"{self._path}: {reason}") from error


def _read(path: Path) -> dict[str, Any]:
    """What a file keeps; a last line that is cut off is as if it were not there."""
    if not path.exists():
        return {}
    content = read_file(path)
    whole = content[: content.rfind(b"\n") + 1]
    known: dict[str, Any] = {}
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            row = json_text.parse(line)
            if "missing" in row:
                known[str(row["missing"])] = None
                continue
            known[json.dumps([row["method"], *row["params"]])] = row["result"]
        except (ValueError, TypeError, KeyError) as error:
            raise UserError(f"{path}:{number}: no kept answer of a node") from error
    if len(whole) < len(content):
        path.write_bytes(whole)
    return known
