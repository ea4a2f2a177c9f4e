"""`zkos corpus`: keep what is worth keeping, move it, hand it on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zkos.cli import corpus_cases, corpus_node
from zkos.cli import options as opt
from zkos.terminal.console import say
from zkos.terminal.errors import UserError
from zkos.terminal.files import writing

if TYPE_CHECKING:
    from fuzz.corpus import Corpus

app = typer.Typer(help="Work with corpora of fuzz targets.", no_args_is_help=True)

TargetOption = Annotated[
    str, typer.Option("--target", "-t", metavar="TARGET", help="Whose inputs.")
]
Source = Annotated[
    Path, typer.Argument(metavar="DIR", help="A folder of inputs, or a campaign.")
]
DEFAULT_TARGET = "block_differential"
_KILOBYTE = 1000


@app.command("min")
def minimise(
    folder: Source,
    target: TargetOption = DEFAULT_TARGET,
    out: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="The folder to write.",
            show_default="DIR itself",
        ),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(
            "--most", min=1, metavar="N", help="No more inputs, those that reach most."
        ),
    ] = None,
    kilobytes: Annotated[
        int, typer.Option("--kilobytes", min=1, help="With --most: of all inputs.")
    ] = 300,
) -> int:
    """Keep the smallest inputs that together reach all that is reached.

    Files that are no inputs of the target stay where they are.
    """
    from fuzz.corpus import Corpus, choose, distil

    loaded = _load(target, folder)
    with _unused(folder):
        corpus = _existing(folder, loaded)
        contents = {name: corpus.read(name) for name in corpus.names()}
        inputs = [item for item in contents.values() if _is_input(loaded, item)]
        kept = set(distil(loaded, inputs))
        if most is not None:
            kept = set(choose(loaded, sorted(kept), most, kilobytes * _KILOBYTE))
        if out is None:
            for name, content in contents.items():
                if content not in kept and _is_input(loaded, content):
                    corpus.remove(name)
        else:
            place = Corpus(out, loaded.suffix)
            with writing(out):
                for content in kept:
                    place.add(content)
    where = corpus.folder if out is None else out
    say(f"{len(inputs)} inputs, {len(kept)} kept in {where}")
    _tell_others(len(contents) - len(inputs), target)
    return 0


@app.command("merge")
def merge(
    into: Annotated[Path, typer.Argument(metavar="INTO")],
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...")],
    target: TargetOption = DEFAULT_TARGET,
) -> int:
    """Add to a corpus what others have and it does not reach."""
    from fuzz.corpus import Corpus
    from fuzz.coverage.engine import Hooks, Search

    loaded = _load(target, *folders)
    sources = [_existing(folder, loaded) for folder in folders]
    corpus = Corpus(_inputs(into, target), loaded.suffix)
    search: Search[Any] = Search(loaded, 0)
    for content in list(corpus.contents()):
        if _is_input(loaded, content):
            search.offer(content)
    search.hooks = Hooks(keep=lambda _, content, __: _ignore(corpus.add(content)))
    added = others = 0
    with writing(corpus.folder):
        for source in sources:
            for content in source.contents():
                if _is_input(loaded, content):
                    added += search.offer(content)
                else:
                    others += 1
    say(f"{added} inputs added to {corpus.folder}")
    _tell_others(others, target)
    return 0


@app.command("import")
def import_inputs(
    place: Annotated[
        Path, typer.Argument(metavar="DIR|ZIP|FILE", help="With --rpc the case.")
    ],
    into: Annotated[
        Path | None, typer.Argument(metavar="INTO", show_default=False)
    ] = None,
    target: TargetOption = DEFAULT_TARGET,
    prestate: Annotated[
        Path | None,
        typer.Option(
            "--prestate",
            metavar="FILE",
            help="FILE is a block of a chain: its prestate trace. INTO is the case.",
        ),
    ] = None,
    diffs: Annotated[
        Path | None,
        typer.Option("--diffs", metavar="FILE", help="The same trace in diff mode."),
    ] = None,
    chain_id: Annotated[
        int, typer.Option("--chain-id", min=0, help="Of the block's chain.")
    ] = 1,
    node: corpus_node.IsNode = False,
    rpc: corpus_node.Rpc = None,
    block: corpus_node.BlockName = None,
    transactions: corpus_node.Transactions = None,
    protocol: corpus_node.ProtocolName = None,
    pubdata_limit: corpus_node.PubdataLimit = None,
    answers: corpus_node.Answers = None,
    apart: Annotated[
        bool,
        typer.Option(
            "--apart",
            help="FILE is a chain: a case a block, each on the state recorded before.",
        ),
    ] = False,
    genesis: Annotated[
        Path | None,
        typer.Option(
            "--genesis",
            metavar="FILE",
            help="FILE is a logged chain: the node's genesis.json, for more blocks.",
        ),
    ] = None,
) -> int:
    """Take over inputs from elsewhere: any folder or archive.

    Targets on blocks take Ethereum's state and block tests too, as cases. With
    --prestate and --diffs it is one block of a live chain: the answers of an archive
    node to eth_getBlockByNumber and debug_traceBlockByNumber (prestateTracer).
    With --rpc a running node is asked for a block and for the state it needs; the
    folder of a node's databases is read, and with --node one of its replay records.
    A file of blocks that a node of ZKsync OS made (a chain from its genesis, or one
    block on a whole state) becomes cases that expect what the node says.
    """
    from fuzz.corpus import Corpus, import_from

    wanted = corpus_node.Chosen(block, transactions, protocol, pubdata_limit, answers)
    if node or corpus_node.is_database(place):
        return corpus_node.import_node(place, wanted, rpc, into)
    if rpc is not None:
        return corpus_node.import_rpc(rpc, wanted, place, into)
    wanted.refuse_all()
    if into is None:
        raise UserError("INTO is missing: where the inputs go")
    if prestate is not None or diffs is not None:
        return corpus_cases.import_chain_block(place, into, prestate, diffs, chain_id)
    if corpus_cases.is_chain_file(place):
        return corpus_cases.import_chain(place, into, apart=apart, genesis=genesis)
    for option, given in (("--apart", apart), ("--genesis", genesis is not None)):
        if given:
            raise UserError(f"{place}: no chain of a node, which {option} is for")

    loaded = _load(target, place)
    corpus = Corpus(_inputs(into, target), loaded.suffix)
    taken = others = 0
    with writing(corpus.folder):
        for name, content in import_from(place):
            inputs = [content] if _is_input(loaded, content) else []
            if not inputs and target.startswith("block_"):
                inputs = list(_cases_of_fixture(name, content))
            for item in inputs:
                corpus.add(item)
            taken += len(inputs)
            others += not inputs
    if not taken:
        raise UserError(f"{place}: none of {others} files is an input of {target}")
    say(f"{taken} inputs taken over into {corpus.folder}")
    _tell_others(others, target)
    return 0


@app.command("export")
def export(
    folder: Source,
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="An archive, or a folder for all that OSS-Fuzz wants beside a fuzzer.",
        ),
    ],
    target: TargetOption = DEFAULT_TARGET,
    state_test: Annotated[
        bool,
        typer.Option(
            "--state-test", help="DIR is a case; write Ethereum's state test of it."
        ),
    ] = False,
    block_test: Annotated[
        bool,
        typer.Option(
            "--block-test", help="DIR is a case; write Ethereum's block test of it."
        ),
    ] = False,
) -> int:
    """Write a seed corpus as OSS-Fuzz takes it.

    Into a folder: TARGET_seed_corpus.zip, TARGET.dict and TARGET.options. With
    --state-test it is one case of one transaction, with --block-test of one block, for
    teams of other clients.
    """
    if state_test and block_test:
        raise UserError("--state-test and --block-test: one of them")
    if state_test:
        return corpus_cases.export_state_test(folder, out)
    if block_test:
        return corpus_cases.export_block_test(folder, out)
    from fuzz.corpus import export_zip
    from fuzz.targets.oss_fuzz import write_settings

    loaded = _load(target, folder)
    corpus = _existing(folder, loaded)
    contents = [item for item in corpus.contents() if _is_input(loaded, item)]
    archive = out
    with writing(out):
        if out.suffix != ".zip":
            archive = out / f"{target}_seed_corpus.zip"
            out.mkdir(parents=True, exist_ok=True)
            write_settings(target, out)
        count = export_zip(contents, loaded.suffix, archive)
    say(f"{count} inputs in {archive}")
    return 0


@app.command("show")
def show(cases: opt.Cases) -> int:
    """Say what is in cases: blocks, transactions and their kinds, state."""
    return corpus_cases.show(cases)


def _load(name: str, *places: Path) -> Any:
    """The target; what can be seen to be wrong is told before anything is compiled."""
    from fuzz.targets.catalogue import check_target, load_target

    check_target(name)
    for place in places:
        if not place.exists():
            raise UserError(f"{place}: no such file or folder")
    return load_target(name)


def _inputs(folder: Path, target: str) -> Path:
    """The corpus of a target in a campaign's folder, or the folder itself."""
    from fuzz.campaign.folder import Folder

    campaign = Folder(folder)
    if not campaign.exists:
        return folder
    known = campaign.settings().targets
    if target not in known:
        raise UserError(f"{folder}: a campaign on {', '.join(known)}, not on {target}")
    return folder / target / "corpus"


def _existing(folder: Path, target: Any) -> "Corpus":
    """A corpus with something in it; raises UserError."""
    from fuzz.corpus import Corpus

    place = _inputs(folder, target.name)
    if not place.is_dir():
        raise UserError(f"{place}: no such folder")
    corpus = Corpus(place, target.suffix)
    if not any(_is_input(target, content) for content in corpus.contents()):
        raise UserError(f"{place}: no file *{target.suffix} is input of {target.name}")
    return corpus


def _is_input(target: Any, content: bytes) -> bool:
    try:
        target.decode(content)
    except ValueError:
        return False
    return True


def _cases_of_fixture(name: str, content: bytes) -> Iterator[bytes]:
    """What an Ethereum test has to run, as inputs of targets on blocks."""
    from differential.importers.fixtures import fixtures_of
    from differential.known import NOT_RUN
    from fuzz.mutation.text import case_to_text
    from zkos.host.case_errors import CaseError
    from zkos.host.case_reader import parse_json

    try:
        fixtures = fixtures_of(parse_json(content, name))
    except CaseError:
        return
    for fixture in fixtures:
        if not NOT_RUN.intersection(fixture.declared):
            yield case_to_text(fixture.case)


def _tell_others(count: int, target: str) -> None:
    if count:
        say(f"{count} files are no inputs of {target} and were left alone")


@contextmanager
def _unused(folder: Path) -> Iterator[None]:
    """Keep campaigns out of their folder meanwhile."""
    from fuzz.campaign.folder import Folder

    if not Folder(folder).exists:
        yield
        return
    with Folder(folder).locked():
        yield


def _ignore(_: object) -> None:
    pass
