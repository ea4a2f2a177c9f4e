"""LLVM text of what moves bytes on RV32: memcpy and its kin, unaligned numbers."""


def _little_endian(name: str, *, load: bool) -> str:
    """A move of 32 bytes between a view and a number; fast when word aligned."""
    source, target = ("%view", "%number") if load else ("%number", "%view")

    def move(align: int) -> str:
        read, write = (align, 32) if load else (32, align)
        return (
            f"  %x{align} = load i256, ptr {source}, align {read}\n"
            f"  store i256 %x{align}, ptr {target}, align {write}\n  ret void\n"
        )

    return (
        f"define internal fastcc void @__{name}(ptr {target}, ptr {source}) #2 {{\n"
        "  %a = ptrtoint ptr %view to i32\n  %low = and i32 %a, 3\n"
        "  %odd = icmp ne i32 %low, 0\n"
        "  br i1 %odd, label %slow, label %fast\n"
        f"fast:\n{move(4)}slow:\n{move(1)}}}\n"
    )


def _load_big_endian() -> str:
    """32 bytes of a view to a number; byte by byte is as fast as swapping words."""
    lines = []
    for word in range(8):
        value = ""
        for byte in range(4):
            tag = f"{word}_{byte}"
            lines += [
                f"%p{tag} = getelementptr i8, ptr %view, i32 {28 - 4 * word + byte}",
                f"%b{tag} = load i8, ptr %p{tag}",
                f"%z{tag} = zext i8 %b{tag} to i32",
                f"%s{tag} = shl i32 %z{tag}, {24 - 8 * byte}",
            ]
            if value:
                lines.append(f"%o{tag} = or i32 {value}, %s{tag}")
            value = f"%o{tag}" if value else f"%s{tag}"
        lines.append(f"%n{word} = getelementptr i8, ptr %number, i32 {4 * word}")
        lines.append(f"store i32 {value}, ptr %n{word}, align 4")
    body = "\n  ".join(lines)
    return (
        "define internal fastcc void @__load_u256_be(ptr %number, ptr %view) #2 {\n"
        f"  {body}\n  ret void\n}}\n"
    )


def _store_big_endian() -> str:
    """A number to 32 bytes of a view."""
    lines = []
    for word in range(8):
        lines.append(f"%n{word} = getelementptr i8, ptr %number, i32 {4 * word}")
        lines.append(f"%x{word} = load i32, ptr %n{word}, align 4")
        for byte in range(4):
            tag = f"{word}_{byte}"
            lines += [
                f"%s{tag} = lshr i32 %x{word}, {24 - 8 * byte}",
                f"%b{tag} = trunc i32 %s{tag} to i8",
                f"%p{tag} = getelementptr i8, ptr %view, i32 {28 - 4 * word + byte}",
                f"store i8 %b{tag}, ptr %p{tag}",
            ]
    body = "\n  ".join(lines)
    return (
        "define internal fastcc void @__store_u256_be(ptr %view, ptr %number) #2 {\n"
        f"  {body}\n  ret void\n}}\n"
    )


def _block_copy(pointers: str, words: int, step: str) -> str:
    """Load and store `words` words at two cursors, then advance both."""
    loads = "".join(
        f"  %{step}s{i} = getelementptr i8, ptr {pointers}s, i32 {4 * i}\n"
        f"  %{step}w{i} = load i32, ptr %{step}s{i}, align 4\n"
        for i in range(words)
    )
    stores = "".join(
        f"  %{step}d{i} = getelementptr i8, ptr {pointers}d, i32 {4 * i}\n"
        f"  store i32 %{step}w{i}, ptr %{step}d{i}, align 4\n"
        for i in range(words)
    )
    return loads + stores


def memory_routines() -> str:
    """memcpy, memmove and memset, by words where the alignment allows."""
    return f"""
define ptr @memcpy(ptr %dst, ptr %src, i32 %n) #3 {{
entry:
  %di = ptrtoint ptr %dst to i32
  %si = ptrtoint ptr %src to i32
  %mix = xor i32 %di, %si
  %skew = and i32 %mix, 3
  %even = icmp eq i32 %skew, 0
  %small = icmp ult i32 %n, 8
  br i1 %small, label %tail, label %head
head:
  %hd = phi ptr [%dst, %entry], [%hd1, %headbyte]
  %hs = phi ptr [%src, %entry], [%hs1, %headbyte]
  %hn = phi i32 [%n, %entry], [%hn1, %headbyte]
  %ha = ptrtoint ptr %hd to i32
  %hl = and i32 %ha, 3
  %haligned = icmp eq i32 %hl, 0
  br i1 %haligned, label %choose, label %headbyte
headbyte:
  %hb = load i8, ptr %hs
  store i8 %hb, ptr %hd
  %hd1 = getelementptr i8, ptr %hd, i32 1
  %hs1 = getelementptr i8, ptr %hs, i32 1
  %hn1 = sub i32 %hn, 1
  br label %head
choose:
  br i1 %even, label %blocks, label %merge
blocks:
  %bd = phi ptr [%hd, %choose], [%bd1, %block]
  %bs = phi ptr [%hs, %choose], [%bs1, %block]
  %bn = phi i32 [%hn, %choose], [%bn1, %block]
  %bmore = icmp uge i32 %bn, 32
  br i1 %bmore, label %block, label %words
block:
{_block_copy("%b", 8, "k")}
  %bd1 = getelementptr i8, ptr %bd, i32 32
  %bs1 = getelementptr i8, ptr %bs, i32 32
  %bn1 = sub i32 %bn, 32
  br label %blocks
words:
  %wd = phi ptr [%bd, %blocks], [%wd1, %word]
  %ws = phi ptr [%bs, %blocks], [%ws1, %word]
  %wn = phi i32 [%bn, %blocks], [%wn1, %word]
  %wmore = icmp uge i32 %wn, 4
  br i1 %wmore, label %word, label %tail
word:
  %ww = load i32, ptr %ws, align 4
  store i32 %ww, ptr %wd, align 4
  %wd1 = getelementptr i8, ptr %wd, i32 4
  %ws1 = getelementptr i8, ptr %ws, i32 4
  %wn1 = sub i32 %wn, 4
  br label %words
merge:
  %ma = ptrtoint ptr %hs to i32
  %mo = and i32 %ma, 3
  %mr = shl i32 %mo, 3
  %ml = sub i32 32, %mr
  %mback = sub i32 0, %mo
  %mb = getelementptr i8, ptr %hs, i32 %mback
  %mw = load i32, ptr %mb, align 4
  br label %merges
merges:
  %gd = phi ptr [%hd, %merge], [%gd1, %mergeword]
  %gb = phi ptr [%mb, %merge], [%gb1, %mergeword]
  %gs = phi ptr [%hs, %merge], [%gs1, %mergeword]
  %gn = phi i32 [%hn, %merge], [%gn1, %mergeword]
  %gw = phi i32 [%mw, %merge], [%gx, %mergeword]
  %gmore = icmp uge i32 %gn, 8
  br i1 %gmore, label %mergeword, label %tail
mergeword:
  %gb1 = getelementptr i8, ptr %gb, i32 4
  %gx = load i32, ptr %gb1, align 4
  %glow = lshr i32 %gw, %mr
  %ghigh = shl i32 %gx, %ml
  %gv = or i32 %glow, %ghigh
  store i32 %gv, ptr %gd, align 4
  %gd1 = getelementptr i8, ptr %gd, i32 4
  %gs1 = getelementptr i8, ptr %gs, i32 4
  %gn1 = sub i32 %gn, 4
  br label %merges
tail:
  %td0 = phi ptr [%dst, %entry], [%wd, %words], [%gd, %merges]
  %ts0 = phi ptr [%src, %entry], [%ws, %words], [%gs, %merges]
  %tn0 = phi i32 [%n, %entry], [%wn, %words], [%gn, %merges]
  br label %bytes
bytes:
  %td = phi ptr [%td0, %tail], [%td1, %byte]
  %ts = phi ptr [%ts0, %tail], [%ts1, %byte]
  %tn = phi i32 [%tn0, %tail], [%tn1, %byte]
  %tmore = icmp ne i32 %tn, 0
  br i1 %tmore, label %byte, label %done
byte:
  %tb = load i8, ptr %ts
  store i8 %tb, ptr %td
  %td1 = getelementptr i8, ptr %td, i32 1
  %ts1 = getelementptr i8, ptr %ts, i32 1
  %tn1 = sub i32 %tn, 1
  br label %bytes
done:
  ret ptr %dst
}}

define ptr @memmove(ptr %dst, ptr %src, i32 %n) #3 {{
entry:
  %di = ptrtoint ptr %dst to i32
  %si = ptrtoint ptr %src to i32
  %gap = sub i32 %di, %si
  %forward = icmp uge i32 %gap, %n
  br i1 %forward, label %copy, label %loop
copy:
  %r = call ptr @memcpy(ptr %dst, ptr %src, i32 %n)
  ret ptr %dst
loop:
  %i = phi i32 [%n, %entry], [%j, %step]
  %more = icmp ne i32 %i, 0
  br i1 %more, label %step, label %done
step:
  %j = sub i32 %i, 1
  %p = getelementptr i8, ptr %src, i32 %j
  %q = getelementptr i8, ptr %dst, i32 %j
  %b = load i8, ptr %p
  store i8 %b, ptr %q
  br label %loop
done:
  ret ptr %dst
}}

define ptr @memset(ptr %dst, i32 %value, i32 %n) #3 {{
entry:
  %low = and i32 %value, 255
  %full = mul i32 %low, 16843009
  %b = trunc i32 %value to i8
  br label %head
head:
  %hd = phi ptr [%dst, %entry], [%hd1, %headbyte]
  %hn = phi i32 [%n, %entry], [%hn1, %headbyte]
  %ha = ptrtoint ptr %hd to i32
  %hl = and i32 %ha, 3
  %unaligned = icmp ne i32 %hl, 0
  %left = icmp ne i32 %hn, 0
  %again = and i1 %unaligned, %left
  br i1 %again, label %headbyte, label %blocks
headbyte:
  store i8 %b, ptr %hd
  %hd1 = getelementptr i8, ptr %hd, i32 1
  %hn1 = sub i32 %hn, 1
  br label %head
blocks:
  %bd = phi ptr [%hd, %head], [%bd1, %block]
  %bn = phi i32 [%hn, %head], [%bn1, %block]
  %bmore = icmp uge i32 %bn, 32
  br i1 %bmore, label %block, label %words
block:
{
        "".join(
            f'''  %k{i} = getelementptr i8, ptr %bd, i32 {4 * i}
  store i32 %full, ptr %k{i}, align 4
'''
            for i in range(8)
        )
    }
  %bd1 = getelementptr i8, ptr %bd, i32 32
  %bn1 = sub i32 %bn, 32
  br label %blocks
words:
  %wd = phi ptr [%bd, %blocks], [%wd1, %word]
  %wn = phi i32 [%bn, %blocks], [%wn1, %word]
  %wmore = icmp uge i32 %wn, 4
  br i1 %wmore, label %word, label %bytes
word:
  store i32 %full, ptr %wd, align 4
  %wd1 = getelementptr i8, ptr %wd, i32 4
  %wn1 = sub i32 %wn, 4
  br label %words
bytes:
  %td = phi ptr [%wd, %words], [%td1, %byte]
  %tn = phi i32 [%wn, %words], [%tn1, %byte]
  %tmore = icmp ne i32 %tn, 0
  br i1 %tmore, label %byte, label %done
byte:
  store i8 %b, ptr %td
  %td1 = getelementptr i8, ptr %td, i32 1
  %tn1 = sub i32 %tn, 1
  br label %bytes
done:
  ret ptr %dst
}}
"""


def number_moves() -> str:
    """Moves of 32 bytes between views and numbers."""
    return (
        _little_endian("load_u256", load=True)
        + _little_endian("store_u256", load=False)
        + _load_big_endian()
        + _store_big_endian()
    )
