"""Walks the log: each fact against its leaf, each leaf against the blocks, each checkpoint against the root it says."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lms.log.appending import LEVELS
from lms.log.checkpoints import origin, seed
from lms.log.facts import kinds
from lms.log.merkle import EMPTY, leaf_hash, node_hash
from lms.log.models import Block, Checkpoint, Head, Leaf
from lms.log.notes import NotANote, Note, public_of, read
from lms.verification import Broken, LeftOut, ledger_check

BATCH = 2000


@ledger_check("log")
def log() -> Iterator[Broken | LeftOut]:
    """Every leaf stands at its place, and commits to the fact as it is today; an erased one stands by itself."""
    expected = erased = 0
    leaves = Leaf.objects.exclude(index=None).order_by("index").iterator(chunk_size=BATCH)
    while batch := list(islice(leaves, BATCH)):
        facts = _facts(batch)
        for leaf in batch:
            assert leaf.index is not None
            if leaf.index != expected:
                yield Broken(f"leaf {expected} of the log", "it is missing")
            expected = leaf.index + 1
            erased += leaf.key is None
            if problem := _problem_with_fact(leaf, facts.get((leaf.kind, leaf.row))):
                yield Broken(f"{leaf.kind} {leaf.row}", problem)
    head = Head.objects.filter(pk=1).first()
    if (head.size if head else 0) != expected:
        yield Broken("the log", f"it has {expected} leaves, and gave {head.size if head else 0} places")
    if erased:
        yield LeftOut(f"log: {erased} leaves without a key, of erased facts that cannot be judged any more")


@ledger_check("checkpoints")
def checkpoints() -> Iterator[Broken]:
    """The root over all leaves is that of each checkpoint, reckoned anew from the leaves; and so are the blocks."""
    stack = _Stack()
    yield from _against(Checkpoint.objects.order_by("size"), stack)
    yield from stack.take(None)


def _against(known: Iterable[Checkpoint], stack: _Stack) -> Iterator[Broken]:
    """Each of these, in the order of their size."""
    for checkpoint in known:
        yield from stack.take(checkpoint.size)
        if stack.size < checkpoint.size:
            yield Broken(f"checkpoint {checkpoint.size}", f"the log has {stack.size} leaves only: its end was cut off")
            return
        if stack.root() != bytes(checkpoint.root):
            yield Broken(
                f"checkpoint {checkpoint.size}", "the root of the log is another: a leaf before it was changed"
            )
        elif problem := _problem_with_text(checkpoint):
            yield Broken(f"checkpoint {checkpoint.size}", problem)


def check_kept(text: str) -> Iterator[Broken]:
    """A checkpoint that somebody kept elsewhere. Raises NotANote."""
    note = read(text)
    key = seed()
    if note.origin != origin():
        yield Broken(f"checkpoint {note.size}", f"it is of another log: {note.origin}")
    elif key and not note.is_signed_by(note.origin, public_of(key)):
        yield Broken(f"checkpoint {note.size}", "it does not bear the signature of this site's key")
    yield from _against([Checkpoint(size=note.size, root=note.root, text=text)], _Stack())


class _Stack:
    """The tree of the leaves so far, as its perfect subtrees from left to right; and the full runs, against the blocks."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[tuple[int, bytes]] = []
        leaves = Leaf.objects.exclude(index=None).order_by("index")
        self._leaves = leaves.values_list("commitment", flat=True).iterator(chunk_size=BATCH)
        self._blocks = {
            (level, number): bytes(found)
            for level, number, found in Block.objects.values_list("level", "number", "hash").iterator(chunk_size=BATCH)
        }

    def take(self, size: int | None) -> Iterator[Broken]:
        """Leaves until there are so many, or all of them."""
        for commitment in islice(self._leaves, None if size is None else size - self.size):
            yield from self._add(leaf_hash(bytes(commitment)))

    def _add(self, found: bytes) -> Iterator[Broken]:
        level = 0
        self.size += 1
        while self._parts and self._parts[-1][0] == level:
            found, level = node_hash(self._parts.pop()[1], found), level + 1
            if level % LEVELS == 0:
                number = (self.size >> level) - 1
                if self._blocks.get((level, number), found) != found:
                    yield Broken(f"block {level}/{number} of the log", "it is not the hash of what it stands for")
        self._parts.append((level, found))

    def root(self) -> bytes:
        if not self._parts:
            return EMPTY
        found = self._parts[-1][1]
        for _, left in reversed(self._parts[:-1]):
            found = node_hash(left, found)
        return found


def _facts(batch: list[Leaf]) -> dict[tuple[str, int], Any]:
    """The facts of these leaves, as far as they are there; an erased leaf's too, which must not be."""
    wanted: dict[str, list[int]] = {}
    for leaf in batch:
        if leaf.kind in kinds():
            wanted.setdefault(leaf.kind, []).append(leaf.row)
    return {(name, row.pk): row for name, pks in wanted.items() for row in kinds()[name].rows().filter(pk__in=pks)}


def _problem_with_fact(leaf: Leaf, row: Any) -> str:
    if leaf.key is None:
        return (
            f"it is there, and the key of its leaf {leaf.index} is gone: nothing shows any more what it was"
            if row
            else ""
        )
    if row is None:
        return f"it is gone, and leaf {leaf.index} of the log says that it was there"
    if not hmac.compare_digest(kinds()[leaf.kind].commitment(row, bytes(leaf.key)), bytes(leaf.commitment)):
        return f"it is not what leaf {leaf.index} of the log commits to"
    return ""


def _problem_with_text(checkpoint: Checkpoint) -> str:
    """A note that says something else than the row, or bears no signature of ours."""
    try:
        note: Note = read(checkpoint.text)
    except NotANote as error:
        return str(error)
    if (note.size, note.root) != (checkpoint.size, bytes(checkpoint.root)):
        return "its text says something else"
    return ""
