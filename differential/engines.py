"""The engines there are: names, what they know, whether they can run here.

An engine is a module with `run_block(block, state, options) -> Outcome`, named here
and imported when first used: a user of one engine does not pay for the others.
"""

import importlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, TypeAlias

from differential.outcome import UNSUPPORTED, Outcome, Result
from differential.own_engine import EngineError as EngineError
from differential.own_engine import own_module
from differential.runners.base import settle
from zkos.host.case import Block
from zkos.host.profile import Emulation, Mode, Profile, Quirks, RunOptions
from zkos.host.state import ChainState
from zkos.terminal.extras import how_to_install
from zkos.versions import Protocol

GROUP: Final = "zkos.engines"
"""Entry points of installed packages that bring an engine: name and module."""
RunBlock = Callable[[Block, ChainState, RunOptions], Outcome]
RunBatch = Callable[[Sequence[Block], Sequence[ChainState], RunOptions], Outcome]


@dataclass(frozen=True, slots=True)
class EngineKind:
    """A way to run a block."""

    name: str
    summary: str
    module: str
    """Has `run_block`; `run_file` for images; empty if the argument is the module."""
    knows: tuple[str, ...]
    """What it can tell of a block."""
    requires: tuple[str, ...] = ()
    """Modules of optional packages it needs."""
    argument: str = ""
    """What follows `NAME=`, for engines that need it."""
    batches: bool = False
    """Whether it runs blocks as one batch: its module has `run_batch`."""
    program: str = ""
    """A program it runs; `NAME=PATH`, the variable ZKOS_PROGRAM or PATH name it."""
    always_proves: bool = False
    """Whether it verifies the oracle whatever mode is asked for."""

    def missing(self) -> str | None:
        """Why it cannot run here, or None."""
        for module in (self.module, *self.requires):
            if module and not _exists(module):
                what = how_to_install(module) or f"needs the module {module}"
                return f"engine {self.name} {what}"
        if self.program and find_program(self.program) is None:
            return (
                f"engine {self.name} needs the program {self.program}: give "
                f"{self.name}=PATH, set {_variable(self.program)}, or have it in PATH"
            )
        return None


_OURS: Final = ("public_input", "receipts", "state", "pubdata", "oracle")
KINDS: Final = (
    EngineKind(
        "native",
        "our OS, compiled to x86-64",
        "differential.runners.native",
        _OURS,
        batches=True,
    ),
    EngineKind(
        "riscv",
        "our OS, an RV32IM image on the emulated machine",
        "differential.runners.riscv",
        (*_OURS, "cycles"),
        batches=True,
        always_proves=True,
    ),
    EngineKind(
        "cpython",
        "our OS as plain Python",
        "differential.runners.cpython",
        _OURS,
        batches=True,
    ),
    EngineKind(
        "image",
        "any Airbender image",
        "differential.runners.image",
        ("public_input", "state", "pubdata", "oracle", "cycles"),
        argument="PATH",
        batches=True,
        always_proves=True,
    ),
    EngineKind(
        "py_evm",
        "py-evm under the policy of declared differences",
        "differential.runners.py_evm",
        ("receipts", "state"),
        requires=("eth",),
    ),
    EngineKind(
        "eels",
        "ethereum-execution, the specification of Ethereum, under the same policy",
        "differential.runners.eels",
        ("receipts", "state"),
        requires=("ethereum",),
    ),
    EngineKind(
        "anvil",
        "Foundry's anvil, where no declared difference bears on the block",
        "differential.runners.anvil",
        ("receipts", "state"),
        requires=("eth",),
        program="anvil",
    ),
    EngineKind(
        "module",
        "a Python module with run_block",
        "",
        _OURS,
        argument="MODULE",
    ),
)
"""All engines, in the order in which they are listed."""
_BY_NAME: Final = {kind.name: kind for kind in KINDS}


Setting: TypeAlias = Profile | Mode | Quirks | Emulation | Protocol
_SETTINGS: Final[dict[str, Setting]] = {
    item.value: item
    for kind in (Profile, Mode, Quirks, Emulation, Protocol)
    for item in kind
}


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine of a run: a kind and what it needs. Small, to be sent to workers."""

    kind: str
    argument: str = ""
    """Path of an image, or name of a module."""
    name: str = ""
    """The name in results; `parse_engines` sets it."""
    settings: tuple[Setting, ...] = ()
    """Options of its own, whatever the run's are."""

    @property
    def spelled(self) -> str:
        """As `parse_engines` reads it."""
        return f"{self.kind}={self.argument}" if self.argument else self.name

    def run_block(
        self, block: Block, state: ChainState, options: RunOptions
    ) -> Outcome:
        """Run a block on a state, which stays as it is; raises CaseError."""
        options = self.options(options)
        return _load(self)(settle(block, state, options), state, options)

    def run_batch(
        self, blocks: Sequence[Block], states: Sequence[ChainState], options: RunOptions
    ) -> Outcome:
        """Run blocks as one batch, each on its state; raises CaseError."""
        kind = kind_of(self.kind)
        if not kind.batches:
            return Outcome(Result.CRASH, f"{UNSUPPORTED}{kind.name} runs no batches")
        options = self.options(options)
        pairs = zip(blocks, states, strict=True)
        settled = [settle(block, state, options) for block, state in pairs]
        module = importlib.import_module(kind.module)
        if self.argument:
            path = Path(self.argument)
            made: Outcome = module.run_batch_file(path, settled, states, options)
            return made
        run: RunBatch = module.run_batch
        return run(settled, states, options)

    def options(self, options: RunOptions) -> RunOptions:
        """The options as this engine takes them."""
        if kind_of(self.kind).always_proves:
            options = replace(options, mode=Mode.PROVING)
        for setting in self.settings:
            match setting:
                case Profile():
                    options = replace(options, profile=setting)
                case Mode():
                    options = replace(options, mode=setting)
                case Quirks():
                    options = replace(options, quirks=setting)
                case Emulation():
                    options = replace(options, emulation=setting)
                case Protocol():
                    options = replace(options, protocol=setting)
        return options

    def prepare(
        self, progress: Callable[[str], None], *, for_many: bool = False
    ) -> None:
        """Build what the engine runs, so that a run does not wait for it.

        Raises EngineError for an image of no known protocol.
        `for_many` runs: also what takes longer to build and makes each run faster.
        """
        if self.kind == "native":
            importlib.import_module("differential.artefacts").native_object(progress)
        elif self.kind in ("riscv", "image"):
            artefacts = importlib.import_module("differential.image_artefacts")
            artefacts.machine_object(progress)
            if self.kind == "riscv":
                artefacts.program(progress)
                if for_many:
                    artefacts.translation(progress)
            else:
                _check_shape(Path(self.argument))
                importlib.import_module("zkos.host.kzg").trusted_setup()


def find_program(name: str) -> str | None:
    """The path of a program of an engine, if it is on this machine."""
    return shutil.which(os.environ.get(_variable(name)) or name)


def _variable(program: str) -> str:
    return f"ZKOS_{program.upper()}"


def kind_of(name: str) -> EngineKind:
    """The kind of this name, ours or of an installed package; raises EngineError."""
    kind = _BY_NAME.get(name)
    if kind is not None:
        return kind
    plugins = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    if name in plugins:
        return EngineKind(name, f"from {plugins[name]}", plugins[name], _OURS)
    known = ", ".join((*_BY_NAME, *plugins))
    raise EngineError(f"no engine is called {name!r}, there are: {known}")


def parse_engines(names: Sequence[str], image: Path | None = None) -> list[Engine]:
    """Engines from the command line; raises EngineError.

    NAME, NAME@SETTING,... (`native@upstream`) or NAME=ARGUMENT (`image=file.bin`);
    `image` is one more image. Each may be given once.
    """
    engines = [_parse(name) for name in names]
    if image is not None:
        # `--engine image --image PATH` names one image, not two.
        engines = [e for e in engines if e.kind != "image" or e.argument]
        engines.append(Engine("image", str(image), "image"))
    for engine in engines:
        _check(engine)
    images = sum(engine.kind == "image" for engine in engines)
    if images > 1:
        engines = [_labelled(engine) for engine in engines]
    seen: set[str] = set()
    for engine in engines:
        if engine.name in seen:
            raise EngineError(f"engine {engine.name} given twice")
        seen.add(engine.name)
    return engines


def unsupported(outcome: Outcome) -> str | None:
    """Why an engine has no answer to a case, or None if it has one."""
    if outcome.result is Result.CRASH and outcome.reason.startswith(UNSUPPORTED):
        return outcome.reason.removeprefix(UNSUPPORTED)
    return None


def _parse(text: str) -> Engine:
    if "=" in text:
        name, _, argument = text.partition("=")
        kind = kind_of(name)
        if not (kind.argument or kind.program):
            raise EngineError(f"engine {name} takes no argument")
        label = argument.rpartition(".")[2] if name == "module" else name
        return Engine(name, argument, label)
    name, at, words = text.partition("@")
    kind_of(name)
    settings = []
    for word in words.split(",") if at else ():
        if word not in _SETTINGS:
            known = ", ".join(_SETTINGS)
            raise EngineError(f"engine {text}: no setting {word!r}, one of: {known}")
        settings.append(_SETTINGS[word])
    return Engine(name, "", text, tuple(settings))


def _check(engine: Engine) -> None:
    """Raise EngineError unless the engine can run here."""
    kind = kind_of(engine.kind)
    if kind.argument and not engine.argument:
        raise EngineError(f"engine {kind.name} needs {kind.name}={kind.argument}")
    if kind.program and engine.argument:
        if shutil.which(engine.argument) is None:
            raise EngineError(
                f"engine {kind.name}: {engine.argument} is no program that can be run"
            )
        kind = replace(kind, program="")
    reason = kind.missing()
    if reason is not None:
        raise EngineError(reason)
    if engine.kind == "module" or kind.name not in _BY_NAME:
        own_module(kind.module or engine.argument)
    if kind.name == "image":
        _check_image(Path(engine.argument))


def _check_image(path: Path) -> None:
    from zkos.machine.image import ImageError, read_image

    try:
        read_image(path)
    except ImageError as error:
        raise EngineError(str(error)) from error


def _check_shape(path: Path) -> None:
    from zkos.machine.image import ImageError

    image = importlib.import_module("differential.runners.image")
    try:
        image.shape_of(path)
    except ImageError as error:
        raise EngineError(str(error)) from error


def _labelled(engine: Engine) -> Engine:
    if engine.kind != "image":
        return engine
    return replace(engine, name=f"image={engine.argument}")


def _load(engine: Engine) -> RunBlock:
    kind = kind_of(engine.kind)
    if engine.kind == "module":
        own: RunBlock = own_module(engine.argument).run_block
        return own
    module = importlib.import_module(kind.module)
    if kind.module and engine.argument:
        return partial(module.run_file, Path(engine.argument))
    run: RunBlock = module.run_block
    return run


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):
        return False
