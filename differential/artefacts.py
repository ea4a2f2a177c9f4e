"""What must be compiled before an engine can run, built with progress.

Nothing is loaded here: workers load what they run from the cache.
"""

from collections.abc import Callable

from differential.runners import native
from zkos.compiler.build import build
from zkos.compiler.emit import X86
from zkos.compiler.image import Program, build_program
from zkos.machine import engines as machine_engines

Progress = Callable[[str], None]


def native_object(progress: Progress) -> bytes:
    """The OS for this machine, as an object file."""
    roots, exports = [native.MODULE], [native.MAIN]
    return build(roots, exports, X86, progress=progress).code


def machine_object(progress: Progress) -> bytes:
    """The RV32IM machine for this machine, as an object file."""
    roots, exports = [machine_engines.MODULE], [machine_engines.RUN]
    return build(roots, exports, X86, progress=progress).code


def program(progress: Progress) -> Program:
    """The OS as an image for the RV32IM machine."""
    return build_program([native.MODULE], native.MAIN, progress)


def build_for(kind: str, progress: Progress) -> None:
    """Fill the cache with all that an engine of this kind loads."""
    if kind == "native":
        native_object(progress)
        return
    machine_object(progress)
    if kind == "riscv":
        program(progress)
