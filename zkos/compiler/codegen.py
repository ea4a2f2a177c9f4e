"""LLVM text in, object code out; run as a child process, since LLVM errors kill it.

python -m zkos.compiler.codegen x86-64|rv32 < text > object
"""

import sys
from typing import Final

import llvmlite.binding as llvm

OPTIMISATION: Final = 2


def machine_for(target: str) -> llvm.TargetMachine:
    """The LLVM target machine of a target name."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    if target == "rv32":
        return llvm.Target.from_triple(
            "riscv32-unknown-none-elf"
        ).create_target_machine(
            cpu="generic-rv32",
            features="+m",
            opt=OPTIMISATION,
            reloc="static",
            codemodel="small",
            abiname="ilp32",
        )
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=OPTIMISATION,
        reloc="static",
        codemodel="large",  # the loader may put sections more than 2 GiB apart
    )


def object_code(text: str, target: str) -> bytes:
    """Optimise and translate a module."""
    machine = machine_for(target)
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=OPTIMISATION)
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    return bytes(machine.emit_object(module))


def main() -> None:
    """Translate standard input to standard output."""
    text = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(object_code(text, sys.argv[1]))


if __name__ == "__main__":
    main()
