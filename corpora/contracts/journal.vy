# pragma version ~=0.4.0
"""Dynamic arrays, bytes, hashes, loops and a reentrancy lock in one contract."""

struct Entry:
    author: address
    text: Bytes[64]
    digest: bytes32

entries: public(DynArray[Entry, 16])
count_of: public(HashMap[address, uint256])
head: public(bytes32)


@external
@nonreentrant
@payable
def write(text: Bytes[64]) -> bytes32:
    digest: bytes32 = keccak256(concat(self.head, keccak256(text)))
    self.entries.append(Entry(author=msg.sender, text=text, digest=digest))
    self.count_of[msg.sender] += 1
    self.head = digest
    return digest


@external
def forget(count: uint256):
    for index: uint256 in range(count, bound=16):
        self.entries.pop()


@external
@view
def check() -> bool:
    digest: bytes32 = empty(bytes32)
    for entry: Entry in self.entries:
        digest = keccak256(concat(digest, keccak256(entry.text)))
        if digest != entry.digest:
            return False
    return digest == self.head


@external
def recover(digest: bytes32, v: uint256, r: uint256, s: uint256) -> address:
    return ecrecover(digest, v, r, s)
