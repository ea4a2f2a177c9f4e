"""The linker: what it places where, the markers, its errors, and lld as a check."""

import importlib.util
import subprocess
import sys

import pytest

from zkos.compiler.assembler import A0, A1, A2, T1, ZERO, Assembler, encode
from zkos.compiler.link import LinkedImage, link
from zkos.compiler.objects import LinkError, read_object
from zkos.compiler.start import RAM_START, Layout, start_code
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine

llvm = pytest.importorskip("llvmlite.binding")

FINISHING = """
declare void @__finish(ptr)
declare void @__trap(i32)
declare i32 @__csr_read()
declare void @__csr_write(i32)
declare i32 @__csr_u256(ptr, ptr, i32)
declare void @__csr_u256_m1(ptr, ptr, i32)
declare void @__csr_u256_m65(ptr, ptr, i32)
declare void @__csr_blake2s(ptr, ptr, i32, i32)
declare void @__csr_abort() noreturn
@out = global [8 x i32] zeroinitializer, align 32
@in = global [8 x i32] [i32 1, i32 2, i32 3, i32 4,
                        i32 5, i32 6, i32 7, i32 8], align 32
"""
# Constants in ROM, initialised and zero data, jump table, pointers, far and near calls.
EVERYTHING = (
    FINISHING.replace("declare i32 @__csr", "declare i32 @__plain_")
    + """
@table = internal constant [4 x i32] [i32 11, i32 22, i32 33, i32 44], align 4
@unaligned = internal constant [3 x i8] c"abc", align 1
@wide = internal constant i64 1234567890123456789, align 8
@handlers = internal constant [2 x ptr] [ptr @double, ptr @in]
@counter = internal global i32 7
define i32 @double(i32 %x) noinline nounwind {
  %y = mul i32 %x, 2
  ret i32 %y
}
define i32 @choose(i32 %x) noinline nounwind {
  switch i32 %x, label %other [
    i32 0, label %a
    i32 1, label %b
    i32 2, label %c
    i32 3, label %d
    i32 4, label %e ]
a:
  store i32 1, ptr @counter
  ret i32 3
b:
  %v = load i32, ptr @counter
  ret i32 %v
c:
  %u = load i8, ptr getelementptr ([3 x i8], ptr @unaligned, i32 0, i32 2)
  %w = zext i8 %u to i32
  ret i32 %w
d:
  %t = load i32, ptr getelementptr ([4 x i32], ptr @table, i32 0, i32 2)
  ret i32 %t
e:
  %q = load i64, ptr @wide
  %r = trunc i64 %q to i32
  ret i32 %r
other:
  ret i32 0
}
define void @main() nounwind {
entry:
  br label %loop
loop:
  %i = phi i32 [0, %entry], [%j, %loop]
  %v = call i32 @choose(i32 %i)
  %p = getelementptr [8 x i32], ptr @out, i32 0, i32 %i
  store volatile i32 %v, ptr %p
  %j = add i32 %i, 1
  %more = icmp ult i32 %j, 5
  br i1 %more, label %loop, label %done
done:
  %f = load volatile ptr, ptr @handlers
  %d = call i32 %f(i32 21)
  store i32 %d, ptr getelementptr ([8 x i32], ptr @out, i32 0, i32 5)
  %s = load i32, ptr getelementptr ([8 x i32], ptr @in, i32 0, i32 7)
  store i32 %s, ptr getelementptr ([8 x i32], ptr @out, i32 0, i32 6)
  call void @__finish(ptr @out)
  unreachable
}
"""
)


class Tape:
    def __init__(self, *words):
        self.words = list(words)
        self.sent = []

    def read(self):
        return self.words.pop(0)

    def write(self, word):
        self.sent.append(word)


def compile_ir(text, *, reloc="static", features="+m"):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    module = llvm.parse_assembly(text)
    target = llvm.Target.from_triple("riscv32-unknown-none-elf")
    target_machine = target.create_target_machine(
        cpu="generic-rv32",
        features=features,
        opt=2,
        reloc=reloc,
        codemodel="small",
        abiname="ilp32",
    )
    module.triple = target_machine.triple
    module.data_layout = str(target_machine.target_data)
    module.verify()
    return target_machine.emit_object(module)


def body(text, arguments=""):
    """`main` with these statements, then the end with @out."""
    return f"""{FINISHING}
    define void @main() nounwind {{
      {text}
      call void @__finish(ptr @out)
      unreachable
    }}
    {arguments}"""


def run(image: LinkedImage, channel=None):
    return Machine("cpython").run(image.image, channel, 100_000)


def words_of(linked, name, count):
    start = linked.symbols[name]
    data = linked.image[start : start + 4 * count]
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, 4 * count, 4)]


def test_linked_program_computes_with_all_kinds_of_data():
    result = run(link(compile_ir(EVERYTHING)))

    assert result.reason is Stop.FINISHED, result.describe()
    low_of_wide = 1234567890123456789 & 0xFFFFFFFF
    assert result.output == (3, 1, ord("c"), 33, low_of_wide, 42, 8, 0)
    assert result.registers[18:26] == (0,) * 8


def position_independent():
    """The same program with addresses relative to pc."""
    text = EVERYTHING.replace("@out = ", "@out = dso_local ")
    return compile_ir(text.replace("@in = ", "@in = dso_local "), reloc="pic")


def test_position_independent_code_links_too():
    expected = run(link(compile_ir(EVERYTHING)))

    assert run(link(position_independent())).output == expected.output


def test_global_offset_table_is_refused():
    object_file = compile_ir(EVERYTHING, reloc="pic")

    with pytest.raises(LinkError, match="relocation kind 20 is not supported"):
        link(object_file)


def test_data_lies_in_ram_with_its_alignment_and_the_heap_above():
    linked = link(compile_ir(EVERYTHING))

    assert linked.symbols["in"] >= RAM_START
    assert linked.symbols["in"] % 32 == 0
    assert linked.symbols["out"] >= RAM_START
    assert linked.symbols["out"] % 32 == 0
    assert linked.symbols["table"] < len(linked.image)
    assert linked.symbols["__heap_start"] == 0x04400000
    assert linked.symbols["__heap_end"] == 0x34400000
    assert linked.symbols["__stack_top"] == 0x04200000
    assert len(linked.image) % 4 == 0


def test_functions_are_found_by_address():
    linked = link(compile_ir(EVERYTHING))

    assert linked.function_at(linked.symbols["double"] + 4) == "double"
    assert linked.function_at(linked.symbols["main"]) == "main"
    assert linked.function_at(0) == ""
    assert {name for _, _, name in linked.functions} == {"double", "choose", "main"}


def test_the_same_object_gives_the_same_bytes():
    object_file = compile_ir(EVERYTHING)

    assert link(object_file) == link(object_file)


def test_linker_words_are_read_only_data():
    text = "@options = external constant [3 x i32]\n" + body(
        """%v = load i32, ptr getelementptr ([3 x i32], ptr @options, i32 0, i32 2)
        store i32 %v, ptr @out"""
    )
    linked = link(compile_ir(text), {"options": (1, 2, 0xFFFFFFFE)})

    assert words_of(linked, "options", 3) == [1, 2, 0xFFFFFFFE]
    assert run(linked).output[0] == 0xFFFFFFFE


def test_linker_symbols_are_addresses():
    text = "@__heap_start = external global i8\n" + body(
        "store ptr @__heap_start, ptr @out"
    )

    assert run(link(compile_ir(text))).output[0] == 0x04400000


def test_oracle_markers_exchange_words():
    channel = Tape(5, 7)
    text = body(
        """%x = call i32 @__csr_read()
        %y = call i32 @__csr_read()
        %s = add i32 %x, %y
        call void @__csr_write(i32 %s)
        call void @__csr_write(i32 %x)"""
    )

    result = run(link(compile_ir(text)), channel)

    assert result.reason is Stop.FINISHED
    assert channel.sent == [12, 5]


def test_tail_calls_of_markers_return():
    text = body(
        """%x = call i32 @receive()
        call void @send(i32 %x)
        store i32 %x, ptr @out""",
        """define i32 @receive() noinline nounwind {
          %x = tail call i32 @__csr_read()
          ret i32 %x
        }
        define void @send(i32 %x) noinline nounwind {
          tail call void @__csr_write(i32 %x)
          ret void
        }""",
    )
    channel = Tape(99)
    linked = link(compile_ir(text))

    assert words_of(linked, "receive", 2) == [0x7C001573, 0x00008067]
    assert words_of(linked, "send", 2) == [0x7C051073, 0x00008067]
    assert run(linked, channel).output[0] == 99
    assert channel.sent == [99]


def test_u256_markers_give_flag_or_keep_the_mask():
    text = body(
        """call void @__csr_u256_m1(ptr @out, ptr @in, i32 1)
        call void @__csr_u256_m65(ptr @out, ptr @in, i32 65)
        %f = notail call i32 @__csr_u256(ptr @out, ptr @in, i32 2)
        %g = notail call i32 @__csr_u256(ptr @out, ptr @in, i32 32)
        call void @__csr_write(i32 %f)
        call void @__csr_write(i32 %g)"""
    )
    channel = Tape()
    linked = link(compile_ir(text))

    result = run(linked, channel)

    assert result.delegations["u256"] == 4
    assert result.output == (2, 2, 3, 4, 5, 6, 7, 8)  # 2 x + 1 - x
    assert channel.sent == [0, 0]
    restore = encode("addi", A2, ZERO, 65).to_bytes(4, "little")
    delegate = encode("csrrw", ZERO, 0x7CA, ZERO).to_bytes(4, "little")
    assert delegate + restore in linked.image


def test_blake2s_marker_reaches_the_delegation():
    text = "@state = global [24 x i32] zeroinitializer, align 128\n" + body(
        "call void @__csr_blake2s(ptr @state, ptr @in, i32 1, i32 0)"
    )

    result = run(link(compile_ir(text)))

    assert result.reason is Stop.FINISHED
    assert result.delegations["blake2s"] == 1


def test_trap_aborts_with_its_site_in_a0():
    result = run(link(compile_ir(body("call void @__trap(i32 12345)"))))

    assert result.reason is Stop.ABORTED
    assert result.registers[A0] == 12345


def test_abort_marker_and_return_from_main_abort():
    aborting = link(compile_ir(body("call void @__csr_abort()")))
    returning = link(compile_ir("define void @main() { ret void }"))

    assert run(aborting).reason is Stop.ABORTED
    assert run(returning).reason is Stop.ABORTED
    assert run(returning).pc == returning.symbols["__trap"]


def test_start_code_has_one_length():
    assert len(start_code(Layout()).code) == len(
        start_code(Layout(0x1FFFFC, 0x100800, RAM_START, RAM_START + 0x800)).code
    )


MAIN = "define void @main() { ret void }\n"
LINK_ERRORS = [
    ("define void @other() { ret void }", "the object does not define main"),
    (
        "declare void @f()\ndefine void @main() { call void @f()\n ret void }",
        "reference to f: undefined symbol",
    ),
    (
        """declare void @__csr_new()
        define void @main() {
          call void @__csr_new()
          ret void
        }""",
        "unknown marker function __csr_new",
    ),
    (
        MAIN + "declare void @__csr_u256_m256()\n@p = constant ptr @__csr_u256_m256",
        "unknown marker function __csr_u256_m256",
    ),
    (
        MAIN + "declare void @__csr_read()\n@p = constant ptr @__csr_read",
        "a marker function can only be called",
    ),
    (
        """declare i32 @__csr_u256(ptr, ptr, i32)
        define i32 @main(ptr %a, ptr %b) {
          %f = tail call i32 @__csr_u256(ptr %a, ptr %b, i32 1)
          ret i32 %f
        }""",
        "a tail call cannot become this; mark it notail",
    ),
    (
        """declare void @__csr_u256_m1(ptr, ptr, i32)
        define void @main(ptr %a, ptr %b) {
          tail call void @__csr_u256_m1(ptr %a, ptr %b, i32 1)
          ret void
        }""",
        "a tail call cannot become this; mark it notail",
    ),
    (
        MAIN + "define void @__finish() { ret void }",
        "__finish is the linker's, but defined again",
    ),
    (
        MAIN + "@big = constant [2097152 x i8] zeroinitializer",
        r"the image has \d+ bytes, the ROM only 2097152",
    ),
    (
        MAIN + "@huge = global [251658240 x i8] zeroinitializer",
        "leave no room for the heap",
    ),
    (
        """@t = thread_local global i32 1
        define i32 @main() {
          %v = load i32, ptr @t
          ret i32 %v
        }""",
        r"relocation kind \d+ is not supported",
    ),
]


@pytest.mark.parametrize(("text", "message"), LINK_ERRORS)
def test_link_error_says_what_is_wrong(text, message):
    with pytest.raises(LinkError, match=message) as raised:
        link(compile_ir(text))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: b"", "not a little-endian ELF32 file"),
        (lambda data: b"MZ" + data[2:], "not a little-endian ELF32 file"),
        (lambda data: data[:18] + b"\x3e" + data[19:], "not a relocatable object"),
        (lambda data: data[:36] + b"\x01" + data[37:], "compressed instructions"),
        (lambda data: data[:100], "damaged object file"),
    ],
)
def test_damaged_object_is_refused(damage, message):
    good = compile_ir("define void @main() { ret void }")

    with pytest.raises(LinkError, match=message):
        link(damage(good))


def test_assembler_far_call_reaches_any_distance():
    assembler = Assembler()
    assembler.call(0x1FF800)
    assembler.emit("addi", A0, A0, 1)
    image = assembler.code().ljust(0x1FF800, b"\0")
    tail = Assembler(0x1FF800)
    tail.emit("addi", A1, ZERO, 2)
    tail.emit("jal", ZERO, 0)

    result = Machine("cpython").run(image + tail.code(), None, 10)

    assert result.reason is Stop.FINISHED
    assert result.registers[A1] == 2
    assert result.registers[T1] == 0


SCRIPT = """
SECTIONS {{
  {sections}
}}
__finish = {finish:#x};
__trap = {trap:#x};
"""


@pytest.mark.parametrize("position", ["fixed", "independent"])
def test_sections_equal_those_of_lld(tmp_path, position):
    if importlib.util.find_spec("ziglang") is None:
        pytest.skip("ziglang, which brings lld, is not installed")
    fixed = position == "fixed"
    object_file = compile_ir(EVERYTHING) if fixed else position_independent()
    linked = link(object_file)
    script = SCRIPT.format(
        sections="\n  ".join(
            f"{name} {address:#x} : {{ *({name}) }}"
            for name, address in linked.sections.items()
        ),
        finish=linked.symbols["__finish"],
        trap=linked.symbols["__trap"],
    )
    (tmp_path / "a.o").write_bytes(object_file)
    (tmp_path / "a.ld").write_text(script)
    subprocess.run(
        [
            *(sys.executable, "-m", "ziglang", "ld.lld", "--no-relax", "-O0"),
            *("-e", "main", "-T", "a.ld", "-o", "a.out", "a.o"),
        ],
        check=True,
        cwd=tmp_path,
    )

    theirs = (tmp_path / "a.out").read_bytes()

    assert linked.sections
    sizes = {section.name: section for section in read_object(object_file).sections}
    for name, address in linked.sections.items():
        section = sizes[name]
        if not section.content or section.is_writable:
            continue
        ours = linked.image[address : address + section.size]
        assert ours == elf_content(theirs, address, section.size), name


def elf_content(data, address, size):
    """Bytes that an ELF executable loads at `address`."""
    start = int.from_bytes(data[28:32], "little")
    count = int.from_bytes(data[44:46], "little")
    for index in range(count):
        header = data[start + 32 * index : start + 32 * index + 32]
        kind, offset, virtual, _, file_size = (
            int.from_bytes(header[i : i + 4], "little") for i in range(0, 20, 4)
        )
        if kind == 1 and virtual <= address < virtual + file_size:
            place = offset + address - virtual
            return data[place : place + size]
    raise AssertionError(f"nothing is loaded at {address:#x}")
