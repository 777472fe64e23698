"""Pure: the tree over all leaves of the log, and its proofs (RFC 6962 section 2.1, checked as RFC 9162 section 2.1.3 and
2.1.4 say). Imports no Django.

A tree of ``size`` leaves is made of perfect subtrees; ``Of`` gives the hash of one: (level, number) is the subtree over the
2^level leaves from number × 2^level on. So nothing here knows where hashes are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import reduce

Of = Callable[[int, int], bytes]
EMPTY = hashlib.sha256().digest()
"""The root of a log without leaves."""


def leaf_hash(content: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def perfect(hashes: Sequence[bytes]) -> bytes:
    """The hash over 2^n hashes of the same level."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[place], level[place + 1]) for place in range(0, len(level), 2)]
    return level[0]


def root(size: int, of: Of) -> bytes:
    return _hash(0, size, of) if size else EMPTY


def inclusion(index: int, size: int, of: Of) -> list[bytes]:
    """The hashes that lead from the leaf to the root of a tree of that size, from the bottom up. Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    return [_hash(start, end, of) for start, end in reversed(list(_beside(index, size)))]


def consistency(old: int, new: int, of: Of) -> list[bytes]:
    """The hashes that show that the tree of ``old`` leaves is the beginning of that of ``new``. Raises ValueError."""
    if not 0 < old <= new:
        raise ValueError(f"A tree of {old} leaves is not the beginning of one of {new}.")
    return [] if old == new else _subproof(old, 0, new, of, is_whole=True)


def includes(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the hash of the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def continues(*, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the root of the first ``old`` leaves to that of all ``new`` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    then = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            then, now = node_hash(step, then), node_hash(step, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, step)
        place, last = place >> 1, last >> 1
    return last == 0 and then == old_root and now == new_root


def _hash(start: int, end: int, of: Of) -> bytes:
    """Of the subtree over leaves ``start`` to ``end``, as the tree is divided: ``start`` fits its size."""
    hashes = [of(level, number) for level, number in _perfect_parts(start, end)]
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes))


def _perfect_parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The perfect subtrees from left to right, each smaller than the one before."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _split(start: int, end: int) -> int:
    """Where the subtree is divided: the largest power of two that is smaller than its size."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _beside(index: int, size: int) -> Iterator[tuple[int, int]]:
    """The subtrees beside the way from the root down to the leaf."""
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle


def _subproof(old: int, start: int, end: int, of: Of, *, is_whole: bool) -> list[bytes]:
    """RFC 6962, 2.1.2: SUBPROOF(m, D[n], b)."""
    if old == end:
        return [] if is_whole else [_hash(start, end, of)]
    middle = _split(start, end)
    if old <= middle:
        return [*_subproof(old, start, middle, of, is_whole=is_whole), _hash(middle, end, of)]
    return [*_subproof(old, middle, end, of, is_whole=False), _hash(start, middle, of)]
