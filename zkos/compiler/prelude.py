"""LLVM text that every module starts with: arena, oracle, memory routines."""

from typing import Final

from zkos.compiler.emit import HOOKS, NOTES, ModuleText, Target
from zkos.compiler.memory_routines import memory_routines, number_moves

SITE_OUT_OF_MEMORY: Final = 0
HEAP_BASE: Final = 0x0440_0000
HEAP_END: Final = 0x3440_0000

_ATTRIBUTES: Final = """
attributes #0 = { nounwind noimplicitfloat }
attributes #1 = { nounwind noimplicitfloat alwaysinline }
attributes #2 = { nounwind noimplicitfloat noinline }
attributes #3 = { nounwind noimplicitfloat "no-builtins" }
attributes #4 = { nounwind noimplicitfloat noreturn cold noinline }
attributes #5 = { nounwind returns_twice }
!0 = !{!"branch_weights", i32 1, i32 100000}
"""

_EQUAL: Final = """
define internal fastcc i1 @__bytes_equal(ptr %a, ptr %b, i32 %n) #0 {
entry:
  br label %head
head:
  %i = phi i32 [0, %entry], [%j, %same]
  %more = icmp ult i32 %i, %n
  br i1 %more, label %body, label %yes
body:
  %p = getelementptr i8, ptr %a, i32 %i
  %q = getelementptr i8, ptr %b, i32 %i
  %x = load i8, ptr %p
  %y = load i8, ptr %q
  %eq = icmp eq i8 %x, %y
  br i1 %eq, label %same, label %no
same:
  %j = add i32 %i, 1
  br label %head
yes:
  ret i1 true
no:
  ret i1 false
}
"""

_RV32: Final = """
@__heap_used = global i32 0
@__options = external global [4 x i32]
declare i32 @__csr_read()
declare void @__csr_write(i32)
declare void @__trap(i32) noreturn nounwind
declare void @__finish(ptr) noreturn nounwind

define internal fastcc ptr @__alloc(i32 %size, i32 %align) #0 {
  %used = load i32, ptr @__heap_used
  %less = sub i32 %align, 1
  %up = add i32 %used, %less
  %mask = sub i32 0, %align
  %start = and i32 %up, %mask
  %pair = call {i32, i1} @llvm.uadd.with.overflow.i32(i32 %start, i32 %size)
  %end = extractvalue {i32, i1} %pair, 0
  %over = extractvalue {i32, i1} %pair, 1
  %high = icmp ugt i32 %end, HEAP_SIZE
  %bad = or i1 %over, %high
  br i1 %bad, label %full, label %good, !prof !0
full:
  call void @__trap(i32 0)
  unreachable
good:
  store i32 %end, ptr @__heap_used
  %address = add i32 %start, HEAP_BASE
  %p = inttoptr i32 %address to ptr
  ret ptr %p
}

define internal i32 @__oracle_read() #1 {
  %w = notail call i32 @__csr_read()
  ret i32 %w
}

define internal void @__oracle_write(i32 %w) #1 {
  notail call void @__csr_write(i32 %w)
  ret void
}

define internal fastcc i32 @__load32_slow(ptr %p) #2 {
  %x = load i32, ptr %p, align 1
  ret i32 %x
}

define internal fastcc i32 @__load32(ptr %p) #0 {
  %a = ptrtoint ptr %p to i32
  %low = and i32 %a, 3
  %odd = icmp ne i32 %low, 0
  br i1 %odd, label %slow, label %fast
fast:
  %x = load i32, ptr %p, align 4
  ret i32 %x
slow:
  %y = call fastcc i32 @__load32_slow(ptr %p)
  ret i32 %y
}

define internal fastcc void @__store32(ptr %p, i32 %x) #0 {
  %a = ptrtoint ptr %p to i32
  %low = and i32 %a, 3
  %odd = icmp ne i32 %low, 0
  br i1 %odd, label %slow, label %fast
fast:
  store i32 %x, ptr %p, align 4
  ret void
slow:
  store i32 %x, ptr %p, align 1
  ret void
}
"""

_NATIVE: Final = """
@__heap_next = global i64 0
@__heap_end = global i64 0
@__options = global [4 x i32] zeroinitializer
@__jump = global [64 x i64] zeroinitializer, align 16
@__trap_site = global i32 0
@__public_input = global [4 x i64] zeroinitializer, align 32
@__oracle = global {ptr, i32, i32, ptr, i32, i32, i64, i64, ptr} zeroinitializer
declare i32 @_setjmp(ptr) returns_twice
declare void @longjmp(ptr, i32) noreturn

define internal void @__trap(i32 %site) #4 {
  store i32 %site, ptr @__trap_site
  call void @longjmp(ptr @__jump, i32 1)
  unreachable
}

define internal void @__finish(ptr %p) #4 {
  %x = load i256, ptr %p, align 32
  store i256 %x, ptr @__public_input, align 32
  call void @longjmp(ptr @__jump, i32 2)
  unreachable
}

define internal fastcc ptr @__alloc(i32 %size, i32 %align) #0 {
  %used = load i64, ptr @__heap_next
  %wide = zext i32 %align to i64
  %less = sub i64 %wide, 1
  %up = add i64 %used, %less
  %mask = sub i64 0, %wide
  %start = and i64 %up, %mask
  %bytes = zext i32 %size to i64
  %end = add i64 %start, %bytes
  %limit = load i64, ptr @__heap_end
  %bad = icmp ugt i64 %end, %limit
  br i1 %bad, label %full, label %good, !prof !0
full:
  call void @__trap(i32 0)
  unreachable
good:
  store i64 %end, ptr @__heap_next
  %p = inttoptr i64 %start to ptr
  ret ptr %p
}

%oracle = type {ptr, i32, i32, ptr, i32, i32, i64, i64, ptr}

define internal void @__oracle_exchange() #2 {
  %cell = getelementptr %oracle, ptr @__oracle, i32 0, i32 8
  %host = load ptr, ptr %cell
  %none = icmp eq ptr %host, null
  br i1 %none, label %bad, label %ask
ask:
  %status = call i32 %host()
  %failed = icmp ne i32 %status, 0
  br i1 %failed, label %bad, label %good
bad:
  call void @__trap(i32 1)
  unreachable
good:
  ret void
}

define internal i32 @__oracle_read() #0 {
  %pos = getelementptr %oracle, ptr @__oracle, i32 0, i32 4
  %len = getelementptr %oracle, ptr @__oracle, i32 0, i32 5
  %p0 = load i32, ptr %pos
  %l0 = load i32, ptr %len
  %some = icmp ult i32 %p0, %l0
  br i1 %some, label %take, label %refill, !prof !1
refill:
  call void @__oracle_exchange()
  %l1 = load i32, ptr %len
  %empty = icmp eq i32 %l1, 0
  br i1 %empty, label %bad, label %take
bad:
  call void @__trap(i32 1)
  unreachable
take:
  %p = load i32, ptr %pos
  %in = getelementptr %oracle, ptr @__oracle, i32 0, i32 3
  %base = load ptr, ptr %in
  %i = zext i32 %p to i64
  %at = getelementptr i32, ptr %base, i64 %i
  %w = load i32, ptr %at
  %next = add i32 %p, 1
  store i32 %next, ptr %pos
  %count = getelementptr %oracle, ptr @__oracle, i32 0, i32 6
  %c0 = load i64, ptr %count
  %c1 = add i64 %c0, 1
  store i64 %c1, ptr %count
  ret i32 %w
}

define internal void @__oracle_write(i32 %w) #0 {
  %used = getelementptr %oracle, ptr @__oracle, i32 0, i32 1
  %size = getelementptr %oracle, ptr @__oracle, i32 0, i32 2
  %u0 = load i32, ptr %used
  %s = load i32, ptr %size
  %full = icmp uge i32 %u0, %s
  br i1 %full, label %flush, label %put, !prof !0
flush:
  call void @__oracle_exchange()
  br label %put
put:
  %pos = getelementptr %oracle, ptr @__oracle, i32 0, i32 4
  %len = getelementptr %oracle, ptr @__oracle, i32 0, i32 5
  store i32 0, ptr %pos
  store i32 0, ptr %len
  %u = load i32, ptr %used
  %base = load ptr, ptr @__oracle
  %i = zext i32 %u to i64
  %at = getelementptr i32, ptr %base, i64 %i
  store i32 %w, ptr %at
  %next = add i32 %u, 1
  store i32 %next, ptr %used
  %count = getelementptr %oracle, ptr @__oracle, i32 0, i32 7
  %c0 = load i64, ptr %count
  %c1 = add i64 %c0, 1
  store i64 %c1, ptr %count
  ret void
}
!1 = !{!"branch_weights", i32 100000, i32 1}
"""


def coverage(text: ModuleText) -> str:
    """Counters and comparison hooks of a coverage build; nothing otherwise."""
    if not text.coverage:
        return ""
    hooks = ", ".join(f"ptr @__ignore{bits}" for bits, _ in HOOKS)
    ignored = "".join(
        f"define internal void @__ignore{bits}(i{bits} %x, i{bits} %y) #2 {{\n"
        "  ret void\n}\n"
        for bits in (8, 16, 32, 64)
    )
    size = max(text.counters + text.marks, 1)
    return (
        f"@__coverage = global [{size} x i8] zeroinitializer\n"
        f"@__marks = internal alias i8, "
        f"getelementptr (i8, ptr @__coverage, i64 {text.counters})\n"
        f"@__notes = internal global [{NOTES} x i64] zeroinitializer\n"
        f"@__coverage_hooks = global [{len(HOOKS)} x ptr] [{hooks}]\n{ignored}"
    )


def prelude(target: Target) -> str:
    """The text for one target."""
    if target.pointer_bytes == 8:
        return _ATTRIBUTES + _EQUAL + _NATIVE
    text = _RV32.replace("HEAP_SIZE", str(HEAP_END - HEAP_BASE))
    return (
        _ATTRIBUTES
        + _EQUAL
        + text.replace("HEAP_BASE", str(HEAP_BASE))
        + number_moves()
        + memory_routines()
    )
