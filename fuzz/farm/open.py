"""From a campaign's folder to its crew on a cluster, and what of that is remembered."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from fuzz.campaign.crew import Crew
from fuzz.campaign.folder import FARM_FILE, Folder
from fuzz.campaign.prepare import BUILDS
from fuzz.campaign.sealed import sealed, unsealed
from fuzz.corpus import write_atomically
from fuzz.farm.builds import digests_of
from fuzz.farm.cluster import Cluster
from fuzz.farm.hub import Hub, fetch
from fuzz.farm.ray_crew import RayCrew
from fuzz.farm.store import Store, StoreError
from zkos.terminal.console import say
from zkos.terminal.errors import UserError
from zkos.terminal.files import FileError, read_file


@dataclass(frozen=True, slots=True)
class Farm:
    """Where a campaign runs and is kept; the same after a resume, unless told."""

    cluster: str
    storage: str | None = None
    most: int | None = None
    """Lanes at most."""
    campaign: str = ""
    """What its stations call it on their machines."""


def known_farm(path: Path) -> Farm | None:
    """That of the campaign in a folder, if it has one; raises UserError."""
    file = path / FARM_FILE
    if not file.is_file():
        return None
    try:
        return Farm(**unsealed(read_file(file)))
    except (ValueError, TypeError) as error:
        raise UserError(f"{file}: damaged: {error}") from error


def chosen_farm(
    path: Path, cluster: str | None, storage: str | None, most: int | None
) -> Farm | None:
    """The farm that is wished for or remembered; None for this machine alone."""
    known = known_farm(path)
    if known is None:
        if cluster is None:
            if storage is not None:
                raise UserError("--storage: only with --cluster")
            return None
        known = Farm(cluster, storage, most, secrets.token_hex(8))
    return replace(
        known,
        cluster=cluster or known.cluster,
        storage=storage or known.storage,
        most=most or known.most,
    )


def open_store(farm: Farm, folder: Folder) -> Store | None:
    """The storage, of which the folder has all that it lacked; raises StoreError."""
    if farm.storage is None:
        return None
    store = Store(farm.storage)
    store.check()
    try:
        fetched = fetch(store, folder.path)
    except OSError as error:
        raise StoreError(f"--storage {farm.storage}: {error}") from error
    if fetched:
        say(f"{fetched} files from {farm.storage}")
    return store


@contextmanager
def opened(farm: Farm, folder: Folder, store: Store | None) -> Iterator[Crew]:
    """The crew of a campaign that is prepared; raises UserError."""
    text = json.dumps(sealed(asdict(farm)))
    write_atomically(folder.path / FARM_FILE, text.encode())
    cluster = Cluster(farm.cluster)
    try:
        builds = digests_of(_builds(folder))
        hub = Hub(folder, store)
        yield RayCrew(folder, cluster, hub, farm.campaign, builds, farm.most)
    finally:
        if not cluster.is_gone:
            cluster.close()


def _builds(folder: Folder) -> set[str]:
    """Names of all builds that the campaign's targets run."""
    names: set[str] = set()
    for target in folder.settings().targets:
        try:
            names.update(unsealed(read_file(folder.path / target / BUILDS))["builds"])
        except (FileError, ValueError):
            continue
    return names
