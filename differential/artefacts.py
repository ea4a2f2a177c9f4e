"""What must be compiled before an engine can run, built with progress.

Nothing is loaded here: workers load what they run from the cache.
"""

from collections.abc import Callable

from differential.runners import native
from zkos.compiler.build import build
from zkos.compiler.emit import X86
from zkos.compiler.image import build_program
from zkos.machine import engines as machine_engines


def build_for(kind: str, progress: Callable[[str], None]) -> None:
    """Fill the cache with all that an engine of this kind loads."""
    if kind == "native":
        build([native.MODULE], [native.MAIN], X86, progress=progress)
        return
    build(
        [machine_engines.MODULE],
        [machine_engines.RUN],
        X86,
        progress=progress,
    )
    if kind == "riscv":
        build_program([native.MODULE], native.MAIN, progress)
