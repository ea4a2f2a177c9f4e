"""What a worker knew of its inputs, for the next process at its post.

A worker whose turn ended, or that grew, or whose campaign is resumed, is another
process when it goes on. What its inputs reach was measured: the next process takes it
over and runs none of them again, unless what they run on has changed.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, TypeVar

from fuzz.campaign.outbox import packed, unpacked
from fuzz.campaign.sealed import append_line, unsealed
from fuzz.coverage.pool import Entry, Pool
from zkos.terminal.files import FileError, read_file

I = TypeVar("I")  # noqa: E741 (an input)


class Memory:
    """A file of lines, whose first says what inputs ran on.

    What is damaged in it is only measured again.
    """

    def __init__(self, path: Path, ground: str) -> None:
        self._path: Final = path
        self._ground: Final = ground
        self._unstable = 0

    def keep(self, entry: Entry[Any], old: Entry[Any] | None) -> None:
        """An input is an entry now, perhaps in place of another; raises OSError."""
        row = {
            "kept": entry.name,
            "first": packed(entry.first).hex(),
            "size": entry.size,
            "cost": entry.cost,
            "old": "" if old is None else old.name,
        }
        append_line(self._path, row)

    def pass_over(self, name: str) -> None:
        """An input that was offered brought nothing; raises OSError."""
        append_line(self._path, {"passed": name})

    def doubt(self, unstable: int) -> None:
        """So many features cannot be relied on; raises OSError."""
        if unstable != self._unstable:
            self._unstable = unstable
            append_line(self._path, {"unstable": packed(unstable).hex()})

    def restore(
        self,
        pool: Pool[I],
        read: Callable[[str], bytes],
        decode: Callable[[bytes], I],
    ) -> set[str]:
        """Fill an empty pool as it was; all names that need not be offered.

        Begins anew on another ground. Raises OSError.
        """
        known: set[str] = set()
        head, *rows = self._rows() or [{}]
        if head != {"ground": self._ground}:
            self._path.unlink(missing_ok=True)
            append_line(self._path, {"ground": self._ground})
            return known
        for row in rows:
            if "unstable" in row:
                self._unstable = unpacked(bytes.fromhex(row["unstable"]))
                pool.unstable = self._unstable
                continue
            if "passed" in row:
                known.add(row["passed"])
                continue
            name = row["kept"]
            try:
                content = read(name)
            except FileError:
                continue  # damaged, or taken away
            entry: Entry[I] = Entry(
                name,
                cache(partial(decode, content)),
                row["size"],
                row["cost"],
                unpacked(bytes.fromhex(row["first"])),
            )
            old = pool.get(row["old"])
            if old is None:
                pool.add(entry)
            else:
                pool.replace(old, entry)
            known.add(name)
        return known

    def _rows(self) -> list[dict[str, Any]]:
        """The whole lines."""
        if not self._path.is_file():
            return []
        rows = []
        for line in read_file(self._path).splitlines():
            try:
                rows.append(unsealed(line))
            except ValueError:
                continue  # half a line of a worker that was killed
        return rows
