"""On which lines do the rows of a CSV file begin, if it is plainly regular? Found 64 bytes at a time.

A file is plainly regular where a quote only ever opens a field, closes one or stands doubled inside one, every row has
as many fields as the header, and nothing in it is a matter of taste. Of such a file every CSV reader sees the same
cells. Each mark becomes a bit of a 64-bit word, and whether a byte stands inside quotes is the parity of the quotes up
to it (G. Langdale, D. Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28, 2019, section 3.1).
"""

import numpy as np

Words = np.ndarray[tuple[int], np.dtype[np.uint64]]
"""(w,) little-endian words; bit b of word w is about byte 64 w + b."""
Positions = np.ndarray[tuple[int], np.dtype[np.int64]]

MAX_ROW_BYTES = 131_072
"""The csv module ends a field here; a file with a longer row is left to it."""

_WORD = np.dtype("<u8")
_STEP = 1 << 20
_ONE = np.uint64(1)


def lines_of_rows(content: bytes, delimiter: str, width: int) -> list[int] | None:
    """Return the line on which each row behind the header begins; None where the file is not plainly regular.

    `content` is UTF-8, or any other encoding in which quote, delimiter and newline are single bytes that stand for
    nothing else; `width` is the number of fields that each row, the header included, must have.
    """
    if width < 2 or b"\r" in content or b"\0" in content:  # one column: an empty line could be a row
        return None
    if not content.endswith(b"\n"):
        content += b"\n"
    quote, newline = _bits(content, '"'), _bits(content, "\n")
    separator = newline | _bits(content, delimiter)
    inside = _parity(quote)
    mark = quote | separator
    opening, closing = quote & inside, quote & ~inside
    stray = (opening & ~_after(mark, first=True)) | (_after(closing) & ~mark)
    row_end = newline & ~inside
    ends = _positions(row_end)
    if stray.any() or not len(ends) or ends[-1] != len(content) - 1:
        return None
    fields = _rank(separator & ~inside, ends)
    if not np.array_equal(fields, np.arange(1, len(ends) + 1) * width - 1):
        return None
    if np.diff(ends, prepend=0).max() > MAX_ROW_BYTES:
        return None
    lines: list[int] = (_rank(newline, ends)[:-1] + 2).tolist()
    return lines


def _bits(content: bytes, mark: str) -> Words:
    """Return the words whose bits say which bytes of `content` are `mark`; 0 behind the end."""
    octets = np.frombuffer(content, dtype=np.uint8)
    packed = np.zeros(-(-len(octets) // 64) * 8, dtype=np.uint8)
    for start in range(0, len(octets), _STEP):  # in steps that stay in the processor's cache
        bits = np.packbits(octets[start : start + _STEP] == ord(mark), bitorder="little")
        packed[start // 8 : start // 8 + len(bits)] = bits
    return packed.view(_WORD)


def _parity(bits: Words) -> Words:
    """Return in each bit whether the number of bits set up to it, itself included, is odd."""
    parity = bits.copy()
    for shift in (1, 2, 4, 8, 16, 32):
        parity ^= parity << np.uint64(shift)
    odd = np.bitwise_xor.accumulate(parity >> np.uint64(63))
    parity[1:] ^= np.uint64(0) - odd[:-1]  # all 64 bits turn where the words before are odd
    return parity


def _after(bits: Words, *, first: bool = False) -> Words:
    """Return in each bit what `bits` says of the byte before; `first` stands for the one before the file."""
    shifted = bits << _ONE
    shifted[1:] |= bits[:-1] >> np.uint64(63)
    shifted[0] |= np.uint64(first)
    return shifted


def _positions(bits: Words) -> Positions:
    """Return the positions of the bits that are set, in order."""
    words = np.flatnonzero(bits)
    bit = np.flatnonzero(np.unpackbits(bits[words].view(np.uint8), bitorder="little").view(np.bool_))
    return words[bit // 64] * 64 + bit % 64


def _rank(bits: Words, positions: Positions) -> Positions:
    """Return for each position the number of set bits before it."""
    counts = np.bitwise_count(bits).astype(np.int64)
    before = np.cumsum(counts) - counts
    words, bit = np.divmod(positions, 64)
    below = (_ONE << bit.astype(np.uint64)) - _ONE
    return before[words] + np.bitwise_count(bits[words] & below)
