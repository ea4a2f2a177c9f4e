"""Parcels: files of a campaign's folder on their way to another one.

A parcel is placed whole or not at all, as the folder's own writers do it.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

from fuzz.campaign.finding import parse_finding
from fuzz.campaign.folder import Folder
from fuzz.campaign.outbox import ENTRY, Mark
from fuzz.corpus import TEMPORARY, write_atomically
from fuzz.coverage.engine import name_of
from zkos.terminal.files import read_file

Parcel: TypeAlias = Mapping[str, bytes]
"""Contents by path in the campaign's folder."""
FINDINGS: Final = "findings"


def pack(folder: Folder, mark: Mark) -> dict[str, bytes]:
    """The files a mark stands for; empty if they are gone. Raises FileError."""
    if mark.kind == ENTRY:
        place, pattern = folder.path / mark.target / "corpus", f"{mark.name}.*"
    else:
        place, pattern = folder.finding_folder(mark.name), "[!.]*"
    paths = sorted(path for path in place.glob(pattern) if path.is_file())
    return {path.relative_to(folder.path).as_posix(): read_file(path) for path in paths}


def fault_of(mark: Mark, parcel: Parcel) -> str | None:
    """Why a parcel is not what its mark says, or None."""
    for path in parcel:
        parts = PurePosixPath(path).parts
        if not parts or ".." in parts or path.startswith(("/", ".")):
            return f"{path!r} is no path of a campaign"
    if mark.kind == ENTRY:
        good = any(name_of(content) == mark.name for content in parcel.values())
        return None if good and len(parcel) == 1 else "its name is not of its content"
    try:
        finding = parse_finding(parcel[f"{FINDINGS}/{mark.name}/finding.json"])
    except (KeyError, ValueError) as error:
        return f"no finding: {error}"
    return None if finding.name == mark.name else "it is another finding's"


def place(folder: Path, parcel: Parcel) -> None:
    """Write files, those of a finding all at once; what is there stays. OSError."""
    groups: dict[str, dict[str, bytes]] = {}
    for path, content in parcel.items():
        if path.startswith(f"{FINDINGS}/"):
            groups.setdefault(path.rsplit("/", 1)[0], {})[path] = content
        elif not (folder / path).exists():
            write_atomically(folder / path, content)
    for group, files in groups.items():
        _place_group(folder / group, files)


def _place_group(final: Path, files: Parcel) -> None:
    if final.exists():
        return
    final.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=final.parent))
    try:
        for path, content in files.items():
            (part / PurePosixPath(path).name).write_bytes(content)
        part.rename(final)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def digests(parcel: Parcel) -> dict[str, str]:
    """The SHA-256 of each file."""
    return {path: hashlib.sha256(text).hexdigest() for path, text in parcel.items()}
