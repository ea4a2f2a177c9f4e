"""`zkos corpus import` of blocks that a node made: from the node itself."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zkos.host.case import Case, parse_case
from zkos.host.case_reader import read_json
from zkos.host.case_writer import case_to_json, save_case
from zkos.terminal.console import output, say
from zkos.terminal.errors import EXIT_CLEAN, UserError
from zkos.terminal.files import check_writable, read_file, writing
from zkos.versions import Protocol, UnknownVersion, protocol_of

if TYPE_CHECKING:
    from differential.importers.json_rpc import Archive

_CASES = (".json", ".json.gz")
_REPLAYS = "block_replay_wal"
"""The database that every node has; all have a file that says what is current."""

IsNode = Annotated[
    bool,
    typer.Option(
        "--node", help="It is what a node keeps: its databases, or a replay record."
    ),
]
Rpc = Annotated[
    str | None,
    typer.Option(
        "--rpc", metavar="URL", help="A running node; with --node for the state alone."
    ),
]
BlockName = Annotated[
    str | None,
    typer.Option("--block", metavar="N|HASH", help="Which block of a node."),
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

    def refuse_all(self) -> None:
        """Raise UserError if there is one: nothing here is of a node."""
        self._refuse(self.__slots__, "is for blocks of a node: --rpc or --node")

    def refuse(self, *names: str) -> None:
        """Raise UserError if one of these is given."""
        self._refuse(names, "is for blocks that --rpc asks for")

    def _refuse(self, names: Iterable[str], why: str) -> None:
        for name in names:
            if getattr(self, name) is not None:
                raise UserError(f"--{name.replace('_', '-')} {why}")

    def number(self) -> int | None:
        """Which block, where there are no hashes to name one. Raises UserError."""
        if self.block is None:
            return None
        try:
            number = int(self.block, 0)
        except ValueError:
            number = -1
        if number < 0:
            raise UserError(f"--block {self.block}: expected a number")
        return number

    def version(self) -> Protocol | None:
        """Raises UserError."""
        if self.protocol is None:
            return None
        try:
            return protocol_of(self.protocol)
        except UnknownVersion as error:
            raise UserError(f"--protocol: {error}") from error


def is_database(place: Path) -> bool:
    """Whether a folder is that of a node's databases."""
    return (place / _REPLAYS / "CURRENT").is_file()


def import_node(place: Path, chosen: Chosen, url: str | None, into: Path | None) -> int:
    """Make cases of what a node keeps."""
    if into is None:
        raise UserError("INTO is missing: where the cases go")
    chosen.refuse("transactions", "pubdata_limit")
    if place.is_dir():
        if url is not None:
            raise UserError("--rpc: a node's databases have the state themselves")
        chosen.refuse("answers")
        return _import_database(place, chosen, into)
    return _import_record(place, chosen, url, into)


def _import_database(folder: Path, chosen: Chosen, into: Path) -> int:
    """A case a block: into a file if called so, else into a folder."""
    from differential.importers.rocksdb import NodeDatabase

    single = into.name.endswith(_CASES)
    number, protocol = chosen.number(), chosen.version()
    if single and number is None:
        raise UserError(f"{into}: takes one block, and --block says which")
    if not single:
        with writing(into):
            into.mkdir(parents=True, exist_ok=True)
    database = NodeDatabase(folder)
    try:
        numbers = range(1, database.latest() + 1) if number is None else (number,)
        for each in numbers:
            path = into if single else into / f"block_{each}.json.gz"
            save(database.case(each, protocol), path, str(folder))
    finally:
        database.close()
    say(f"{len(numbers)} blocks in {into}")
    say(f"zkos diff {into} -e native -e riscv --quirks upstream", to=output())
    return EXIT_CLEAN


def _import_record(place: Path, chosen: Chosen, url: str | None, into: Path) -> int:
    """The block of a record, on the state that a running node has before it."""
    from differential.importers.executions import (
        protocol_of_execution,
        unknown_execution,
    )
    from differential.importers.on_demand import load
    from differential.importers.replay_record import RecordError, read_record
    from differential.importers.rpc import RpcState
    from zkos.host.case import Block
    from zkos.host.profile import RunOptions
    from zkos.host.state import ChainState

    if not into.name.endswith(_CASES):
        raise UserError(f"{into}: a case is called .json or .json.gz")
    check_writable(into)
    try:
        record = read_record(read_file(place))
    except RecordError as error:
        raise UserError(f"{place}: {error}") from error
    number, context = chosen.number(), record.context
    if number not in (None, context.block_number):
        raise UserError(f"{place}: a record of block {context.block_number}")
    protocol = chosen.version() or protocol_of_execution(record.execution_version)
    if protocol is None:
        raise UserError(f"{place}: {unknown_execution(record.execution_version)}")
    block = Block(context, record.transactions)
    case = Case((block,), preimages=record.preimages, protocol=protocol)
    if url is None:
        chosen.refuse("answers")
        say("the record says nothing of the state: --rpc URL asks a node for it")
    else:
        parent = f"{(context.block_hashes or (0,))[0]:064x}"
        archive = _archive(url, chosen, f"before-{parent}")
        source, state = RpcState(archive, context.block_number - 1), ChainState()
        for forced in record.preimages:
            state.preimages.add(forced)
        load([block], state, source, RunOptions(protocol=protocol))
        case = replace(case, accounts=source.accounts())
    save(case, into, str(place))
    say(f"block {context.block_number}, {len(block.transactions)} transactions")
    say(f"zkos run {into} --quirks upstream", to=output())
    return EXIT_CLEAN


def _archive(url: str, chosen: Chosen, name: str) -> "Archive":
    """A node whose answers about something are kept."""
    from differential.importers.json_rpc import Archive, Endpoint
    from zkos.compiler.cache_folder import ANSWERS, folder

    kept = chosen.answers or folder() / f"{ANSWERS}node-{name}.jsonl"
    return Archive(Endpoint(url), kept)


def import_rpc(url: str, chosen: Chosen, place: Path, into: Path | None) -> int:
    """Make a case of a block of a running node."""
    from differential.importers.json_rpc import Archive, Endpoint
    from differential.importers.rpc import RpcBlock, Wanted, block_hash

    if into is not None:
        raise UserError(f"{into}: with --rpc there is one place, the case")
    if chosen.block is None:
        raise UserError("--rpc needs --block, a number or a hash")
    if not place.name.endswith(_CASES):
        raise UserError(f"{place}: a case is called .json or .json.gz")
    check_writable(place)
    given = None if chosen.transactions is None else read_json(chosen.transactions)
    wanted = Wanted(chosen.version(), chosen.pubdata_limit, given)
    name = block_hash(Archive(Endpoint(url), None), chosen.block)
    archive = _archive(url, chosen, name[2:])
    block = RpcBlock(archive, name, wanted)
    case = block.case()
    save(case, place, url)
    asked = archive.endpoint.requests
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
