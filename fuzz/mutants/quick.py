"""Native builds without optimisation: a second instead of fifteen, slower to run.

A planted fault is in the source, so it is in every build of it. What differs between
levels of optimisation is not the business of mutants.
"""

from collections.abc import Sequence
from typing import Final

import llvmlite.binding as llvm

from zkos.compiler.build import Artefact
from zkos.compiler.emit import X86
from zkos.compiler.module import translate
from zkos.compiler.native import NativeLibrary
from zkos.compiler.variant import Variant

NO_OPTIMISATION: Final = 0


def quick_library(
    roots: Sequence[str], exports: Sequence[str], variant: Variant
) -> NativeLibrary:
    """A program with a change, compiled as it is written. An error of LLVM is fatal."""
    lowered = translate(roots, exports, X86, "", variant)
    return NativeLibrary(Artefact(quick_code(lowered.text), lowered))


def quick_code(text: str) -> bytes:
    """Object code of LLVM text, as it is written."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=NO_OPTIMISATION,
        reloc="pic",
        codemodel="default",
    )
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    module.verify()
    return bytes(machine.emit_object(module))
