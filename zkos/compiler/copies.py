"""Copies of 256-bit numbers on RV32, between LLVM's passes.

The compiler writes them as 32-byte `memcpy`, of which LLVM knows when it can do
without. Those that are left become delegations, which it knows nothing of.
"""

import re
from typing import Final

import llvmlite.binding as llvm

COPY: Final = 128
"""Mask of the copying delegation."""
COPY_NAME: Final = f"@__csr_u256_m{COPY}"
COPY_DECLARATION: Final = (
    f"declare preserve_mostcc void {COPY_NAME}(ptr captures(none) writeonly, "
    "ptr captures(none) readonly, i32) nounwind willreturn memory(argmem: readwrite)"
)
_MEMCPY: Final = re.compile(
    r"(?:tail )?call void @llvm\.memcpy\.p0\.p0\.i32\("
    r"ptr [^%@,]*align 32 ([%@][^,]+), ptr [^%@,]*align 32 ([%@][^,]+), "
    r"i32 32, i1 false\)"
)
ROUNDS: Final = 2
"""One copy that goes shows that another can."""


def wide_copy(target: str, source: str) -> str:
    """The instruction that copies a number between places that do not overlap."""
    return (
        "call void @llvm.memcpy.p0.p0.i32"
        f"(ptr align 32 {target}, ptr align 32 {source}, i32 32, i1 false)"
    )


def delegated_copy(target: str, source: str) -> str:
    """The same by delegation, whose pointers must differ."""
    return (
        f"notail call preserve_mostcc void {COPY_NAME}"
        f"(ptr {target}, ptr {source}, i32 {COPY})"
    )


def settle_copies(module: llvm.ModuleRef, builder: llvm.PassBuilder) -> str:
    """The text of the module with fewer copies, all of them delegations."""
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()
    passes.add_simplify_cfg_pass()
    for _ in range(ROUNDS):
        passes.add_mem_copy_opt_pass()
        passes.add_dead_store_elimination_pass()
    passes.run(module, builder)
    text, count = _MEMCPY.subn(delegated_copy(r"\1", r"\2"), str(module))
    known = not count or f"void {COPY_NAME}(" in str(module)
    return text if known else f"{text}\n{COPY_DECLARATION}\n"
