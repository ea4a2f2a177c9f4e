"""LLVM text in, object code out; run as a child process, since LLVM errors kill it.

python -m zkos.compiler.codegen x86-64|rv32|hurried < text > object
"""

import sys
from typing import Final

import llvmlite.binding as llvm

from zkos.compiler.copies import settle_copies

OPTIMISATION: Final = 2
HURRIED: Final = "hurried"
"""Target name of x86-64 in a hurry: translated RV32 code, and what runs briefly."""


def machine_for(target: str) -> llvm.TargetMachine:
    """The LLVM target machine of a target name."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    if target == "rv32":
        # Order as written: the scheduler only trades registers for latencies that the
        # machine does not have.
        llvm.set_option("zkos", "-enable-misched=0")
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
        opt=1 if target == HURRIED else OPTIMISATION,
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
    builder = llvm.create_pass_builder(machine, tuning)
    if target == "rv32":
        module = llvm.parse_assembly(settle_copies(module, builder))
        module.verify()
    passes = _few_passes() if target == HURRIED else builder.getModulePassManager()
    passes.run(module, builder)
    return bytes(machine.emit_object(module))


def _few_passes() -> llvm.ModulePassManager:
    """What straight code with variables in memory gains most from."""
    passes = llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.add_instruction_combine_pass()
    passes.add_simplify_cfg_pass()
    passes.add_dead_store_elimination_pass()
    return passes


def main() -> None:
    """Translate standard input to standard output."""
    text = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(object_code(text, sys.argv[1]))


if __name__ == "__main__":
    main()
