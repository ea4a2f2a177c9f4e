"""`zkos corpus import` of blocks that a node made: from the node itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from zkos.host.case import Case, parse_case
from zkos.host.case_reader import read_json
from zkos.host.case_writer import case_to_json, save_case
from zkos.terminal.console import output, say
from zkos.terminal.errors import EXIT_CLEAN, UserError
from zkos.terminal.files import check_writable, writing
from zkos.versions import Protocol, UnknownVersion, protocol_of

_CASES = (".json", ".json.gz")

Rpc = Annotated[
    str | None,
    typer.Option("--rpc", metavar="URL", help="A running node; the case is the place."),
]
BlockName = Annotated[
    str | None,
    typer.Option("--block", metavar="N|HASH", help="With --rpc: which block."),
]
Transactions = Annotated[
    Path | None,
    typer.Option(
        "--transactions",
        metavar="FILE",
        help="With --rpc: a JSON list to run on the block's state instead of its own.",
    ),
]
ProtocolName = Annotated[
    str | None,
    typer.Option(
        "--protocol", metavar="VERSION", help="Of the block.", show_default="the node's"
    ),
]
PubdataLimit = Annotated[
    int | None,
    typer.Option(
        "--pubdata-limit",
        min=0,
        metavar="BYTES",
        help="With --rpc: of the block, which no node tells.",
        show_default="none",
    ),
]
Answers = Annotated[
    Path | None,
    typer.Option(
        "--answers",
        metavar="FILE",
        help="With --rpc: keeps what the node said; what is there is not asked again.",
        show_default="in the cache, by the block's hash",
    ),
]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Options of the command that say more than where a block is."""

    block: str | None = None
    transactions: Path | None = None
    protocol: str | None = None
    pubdata_limit: int | None = None
    answers: Path | None = None

    def refuse_without_rpc(self) -> None:
        """Raise UserError where an option has no meaning."""
        for name in self.__slots__:
            if getattr(self, name) is not None:
                raise UserError(f"--{name.replace('_', '-')} is for --rpc")

    def version(self) -> Protocol | None:
        """Raises UserError."""
        if self.protocol is None:
            return None
        try:
            return protocol_of(self.protocol)
        except UnknownVersion as error:
            raise UserError(f"--protocol: {error}") from error


def import_rpc(url: str, chosen: Chosen, place: Path, into: Path | None) -> int:
    """Make a case of a block of a running node."""
    from differential.importers.json_rpc import Archive, Endpoint
    from differential.importers.rpc import RpcBlock, Wanted, block_hash
    from zkos.compiler.cache_folder import ANSWERS, folder

    if into is not None:
        raise UserError(f"{into}: with --rpc there is one place, the case")
    if chosen.block is None:
        raise UserError("--rpc needs --block, a number or a hash")
    if not place.name.endswith(_CASES):
        raise UserError(f"{place}: a case is called .json or .json.gz")
    check_writable(place)
    given = None if chosen.transactions is None else read_json(chosen.transactions)
    wanted = Wanted(chosen.version(), chosen.pubdata_limit, given)
    endpoint = Endpoint(url)
    name = block_hash(Archive(endpoint, None), chosen.block)
    kept = chosen.answers or folder() / f"{ANSWERS}node-{name[2:]}.jsonl"
    archive = Archive(endpoint, kept)
    block = RpcBlock(archive, name, wanted)
    case = block.case()
    save(case, place, url)
    asked = endpoint.requests
    say(f"block {block.number}, {len(case.blocks[0].transactions)} transactions")
    say(f"{asked} questions to the node, {archive.kept} answers kept from before")
    if not block.is_of_zksync_os:
        say("the node tells no prices of ZKsync OS: its block hash is not expected")
    say(f"zkos diff {place} -e native -e riscv --quirks upstream", to=output())
    return EXIT_CLEAN


def save(case: Case, path: Path, source: str) -> None:
    """Write a case that is read again as it is; raises CaseError and UserError."""
    parse_case(case_to_json(case), source)
    check_writable(path)
    with writing(path):
        save_case(case, path)
