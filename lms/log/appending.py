"""Gives waiting leaves their place in the log, in one order for all, and keeps the hashes over full runs of them."""

from __future__ import annotations

from django.db import connection, transaction

from lms.log.merkle import leaf_hash, perfect, root
from lms.log.models import Block, Head, Leaf

PIECE = 20_000
RUN, LEVELS = 256, 8
"""A block stands for so many hashes of the level so many below."""
PLACE = """
UPDATE lms_log_leaf SET "index" = %s + n.place
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM (
    SELECT id FROM lms_log_leaf WHERE "index" IS NULL ORDER BY id LIMIT %s) w) n
WHERE lms_log_leaf.id = n.id
"""


def append_waiting() -> int:
    """All leaves that wait, piece by piece, each in a transaction of its own; how many. Two at once do nothing twice."""
    placed = 0
    while done := _piece():
        placed += done
        if done < PIECE:
            break
    return placed


def _piece() -> int:
    with transaction.atomic():
        Head.objects.get_or_create(pk=1)
        head = Head.objects.select_for_update().get(pk=1)
        with connection.cursor() as cursor:
            cursor.execute(PLACE, [head.size, PIECE])
            placed = int(cursor.rowcount)
        if placed:
            _block(head.size, head.size + placed)
            head.size += placed
            head.save(update_fields=["size"])
    return placed


def _block(before: int, size: int) -> None:
    """Write the blocks that have become full, from the lowest level up."""
    level, first, last = LEVELS, before // RUN, size // RUN
    while last > first:
        kept = Kept()
        Block.objects.bulk_create(
            [Block(level=level, number=number, hash=kept.run(level - LEVELS, number)) for number in range(first, last)]
        )
        level, first, last = level + LEVELS, first // RUN, last // RUN


class Kept:
    """The hash of any perfect subtree (``merkle.Of``), read a run at a time."""

    def __init__(self) -> None:
        self._runs: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, number: int) -> bytes:
        base = level // LEVELS * LEVELS
        width = 1 << (level - base)
        start = number * width
        return perfect(self._hashes(base, start // RUN)[start % RUN : start % RUN + width])

    def run(self, level: int, number: int) -> bytes:
        """Over all 256 hashes of a run."""
        return perfect(self._hashes(level, number))

    def _hashes(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._runs:
            self._runs[level, number] = _read(level, number * RUN)
        return self._runs[level, number]


def _read(level: int, start: int) -> list[bytes]:
    if level:
        rows = Block.objects.filter(
            level=level, number__gte=start, number__lt=start + RUN
        ).order_by("number").values_list("hash", flat=True)  # fmt: skip
        return [bytes(found) for found in rows]
    leaves = Leaf.objects.filter(index__gte=start, index__lt=start + RUN).order_by("index")
    return [leaf_hash(bytes(found)) for found in leaves.values_list("commitment", flat=True)]


def root_at(size: int) -> bytes:
    """The root over the first ``size`` leaves."""
    return root(size, Kept())
