"""The engines there are: names, what they know, whether they can run here.

An engine is a module with `run_block(block, state, options) -> Outcome`, named here
and imported when first used: a user of one engine does not pay for the others.
"""

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from differential.outcome import Outcome
from zkos.host.case import Block
from zkos.host.profile import Mode, RunOptions
from zkos.host.state import ChainState

RunBlock = Callable[[Block, ChainState, RunOptions], Outcome]


class EngineError(Exception):
    """An engine cannot be used; the text is one line for the user."""


@dataclass(frozen=True, slots=True)
class EngineKind:
    """A way to run a block."""

    name: str
    summary: str
    module: str
    """Module with `run_block`; for engines that need a file, with `run_file`."""
    knows: tuple[str, ...]
    """Groups of layers it can tell, see the table of `differential/README.md`."""
    requires: tuple[str, ...] = ()
    """Modules of optional packages it needs."""
    needs_path: bool = False
    always_proves: bool = False
    """Whether it verifies the oracle whatever mode is asked for."""

    def missing(self) -> str | None:
        """Why it cannot run here, or None."""
        for module in (self.module, *self.requires):
            if not _exists(module):
                return f"engine {self.name} needs the module {module}"
        return None


_OURS: Final = ("public_input", "receipts", "state", "pubdata", "oracle")
KINDS: Final = (
    EngineKind(
        "native", "our OS, compiled to x86-64", "differential.runners.native", _OURS
    ),
    EngineKind(
        "riscv",
        "our OS, an RV32IM image on the emulated machine",
        "differential.runners.riscv",
        (*_OURS, "cycles"),
        always_proves=True,
    ),
    EngineKind(
        "cpython", "our OS as plain Python", "differential.runners.cpython", _OURS
    ),
    EngineKind(
        "image",
        "any Airbender image, as image=PATH",
        "differential.runners.image",
        ("public_input", "oracle", "cycles"),
        needs_path=True,
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
        "ethereum-execution under the same policy, the arbiter",
        "differential.runners.eels",
        ("receipts", "state"),
        requires=("ethereum",),
    ),
)
"""All engines, in the order in which they are listed."""
_BY_NAME: Final = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine of a run: a kind and, for images, the file. Small, to be sent."""

    kind: str
    path: Path | None = None
    label: str = ""
    """Distinguishes several images in results."""

    @property
    def name(self) -> str:
        """The name in results."""
        return self.label or self.kind

    def run_block(
        self, block: Block, state: ChainState, options: RunOptions
    ) -> Outcome:
        """Run a block on a state, which stays as it is; raises CaseError."""
        return _load(self)(block, state, self.options(options))

    def options(self, options: RunOptions) -> RunOptions:
        """The options as this engine takes them."""
        if _BY_NAME[self.kind].always_proves:
            return replace(options, mode=Mode.PROVING)
        return options

    def prepare(self, progress: Callable[[str], None]) -> None:
        """Build what the engine runs, so that a run does not wait for it."""
        if self.kind in ("native", "riscv", "image"):
            from differential.artefacts import build_for

            build_for(self.kind, progress)


def parse_engines(names: Sequence[str], image: Path | None = None) -> list[Engine]:
    """Engines from the command line: NAME or image=PATH; raises EngineError.

    `image` is one more image. Each engine may be given once.
    """
    engines = [_parse(name) for name in names]
    if image is not None:
        engines.append(Engine("image", image))
    images = [engine for engine in engines if engine.kind == "image"]
    for engine in images:
        if engine.path is None:
            raise EngineError("engine image needs a file: image=PATH or --image PATH")
        check_image_file(engine.path)
    if len(images) > 1:
        engines = [_labelled(engine) for engine in engines]
    seen: set[str] = set()
    for engine in engines:
        if engine.name in seen:
            raise EngineError(f"engine {engine.name} given twice")
        seen.add(engine.name)
        reason = _BY_NAME[engine.kind].missing()
        if reason is not None:
            raise EngineError(reason)
    return engines


def check_image_file(path: Path) -> None:
    """Raise EngineError unless the file can be an image."""
    from zkos.machine.image import ImageError, read_image

    try:
        read_image(path)
    except ImageError as error:
        raise EngineError(str(error)) from error


def _parse(text: str) -> Engine:
    name, equals, path = text.partition("=")
    kind = _BY_NAME.get(name)
    if kind is None:
        known = ", ".join(_BY_NAME)
        raise EngineError(f"no engine is called {name!r}, there are: {known}")
    if equals and not kind.needs_path:
        raise EngineError(f"engine {name} takes no file")
    return Engine(name, Path(path) if path else None)


def _labelled(engine: Engine) -> Engine:
    if engine.path is None:
        return engine
    return replace(engine, label=f"{engine.kind}={engine.path}")


def _load(engine: Engine) -> RunBlock:
    module = importlib.import_module(_BY_NAME[engine.kind].module)
    if engine.path is not None:
        return partial(module.run_file, engine.path)
    run: RunBlock = module.run_block
    return run


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
