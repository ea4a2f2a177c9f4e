"""Where a farm keeps a campaign: a folder, or any URL that fsspec knows.

It is laid out as the campaign's folder. A file is whole or not there: object stores do
that themselves, elsewhere a file is written beside its place and moved.
"""

from typing import Any, Final

import fsspec

from fuzz.corpus import TEMPORARY
from zkos.terminal.errors import UserError

_WHOLE: Final = ("s3", "s3a", "gs", "gcs", "abfs", "az", "adl", "oci", "oss", "memory")
"""Where putting an object is all or nothing."""


class StoreError(UserError):
    """The store cannot be used; one line for the user."""


class Store:
    """Files of a campaign by path; methods raise OSError while it is away."""

    def __init__(self, url: str) -> None:
        try:
            options: dict[str, Any] = {
                "use_listings_cache": False,
                "skip_instance_cache": True,
            }
            if url.partition("://")[0] in ("s3", "s3a"):
                retries = {"retries": {"max_attempts": 2}, "connect_timeout": 5}
                options |= {"config_kwargs": {**retries, "read_timeout": 20}}
            self._files, self._root = fsspec.core.url_to_fs(url, **options)
        except (ImportError, ValueError) as error:
            raise StoreError(f"--storage {url}: {_line(error)}") from error
        self.url: Final = url
        kinds = self._files.protocol
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        self._is_whole: Final = any(kind in _WHOLE for kind in kinds)

    def check(self) -> None:
        """Raise StoreError unless it can be written now."""
        try:
            self.put("farm.check", b"")
            self._files.rm_file(self._place("farm.check"))
        except Exception as error:
            raise StoreError(f"--storage {self.url}: {_line(error)}") from error

    def put(self, path: str, content: bytes) -> None:
        """Write a file."""
        place = self._place(path)
        with _as_os_error():
            if self._is_whole:
                self._files.pipe_file(place, content)
                return
            folder, _, name = place.rpartition("/")
            self._files.makedirs(folder, exist_ok=True)
            part = f"{folder}/{TEMPORARY}{name}"
            self._files.pipe_file(part, content)
            self._files.mv(part, place)

    def get(self, path: str) -> bytes:
        """What a file holds."""
        with _as_os_error():
            content: Any = self._files.cat_file(self._place(path))
        return bytes(content)

    def paths(self) -> list[str]:
        """All files."""
        with _as_os_error():
            try:
                found = self._files.find(self._root)
            except FileNotFoundError:
                return []
        inside = [path[len(self._root) :].lstrip("/") for path in found]
        return sorted(p for p in inside if not p.rpartition("/")[2].startswith("."))

    def _place(self, path: str) -> str:
        return f"{self._root.rstrip('/')}/{path}"


class _as_os_error:  # noqa: N801 (reads as a statement)
    """What a client of some store raises, as OSError."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, OSError):
            raise OSError(_line(error)) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
