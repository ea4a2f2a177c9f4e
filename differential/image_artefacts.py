"""The RV32IM image of the OS, and the machine that runs images, built with progress."""

from differential.artefacts import Progress
from differential.runners import riscv
from zkos.compiler.build import build
from zkos.compiler.emit import X86
from zkos.compiler.image import Program, build_program
from zkos.machine import engines as machine_engines


def machine_object(progress: Progress) -> bytes:
    """The RV32IM machine for this machine, as an object file."""
    roots, exports = [machine_engines.MODULE], [machine_engines.RUN]
    return build(roots, exports, X86, progress=progress).code


def program(progress: Progress) -> Program:
    """The OS as an image for the RV32IM machine."""
    return build_program([riscv.MODULE], f"{riscv.MODULE}:main", progress)
