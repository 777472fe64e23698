"""The plain verifier that is given to auditors: what holds, it says so; what was tampered with does not hold."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.log import notes, verify_proof
from lms.log.merkle import EMPTY, consistency, inclusion, leaf_hash
from tests.lms.log.test_merkle import commitment, leaves, naive, of

LOG = "example.org/log"


def checkpoint(size: int, root: bytes, seed: bytes = b"") -> str:
    return notes.write(notes.Note(LOG, size, root), seed=seed)


def holds(proof: dict[str, Any], key: str = "") -> bool:
    try:
        verify_proof.check(proof, key=key)
    except verify_proof.Fails:
        return False
    return True


def of_a_leaf(*, leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> dict[str, Any]:
    """That a leaf is in the log; of a fact that was erased, which needs no record."""
    return {
        "checkpoint": checkpoint(size, root), "index": index, "kind": "erased", "record": None, "key": None,
        "commitment": leaf.hex(), "inclusion": [step.hex() for step in path],
    }  # fmt: skip


def of_the_rest(*, old: int, old_root: bytes, new: int, new_root: bytes, path: list[bytes]) -> dict[str, Any]:
    """That a log continues an earlier one."""
    return {
        "old": checkpoint(old, old_root), "checkpoint": checkpoint(new, new_root),
        "consistency": [step.hex() for step in path],
    }  # fmt: skip


@settings(deadline=None)
@given(data=st.data(), size=st.integers(1, 300))
def test_each_leaf_is_shown_to_be_in_it_and_no_other(data: st.DataObject, size: int) -> None:
    hashes, index = leaves(size), data.draw(st.integers(0, size - 1))
    path = inclusion(index, size, of(hashes))
    told: dict[str, Any] = {"index": index, "size": size, "path": path, "root": naive(hashes)}
    assert holds(of_a_leaf(leaf=commitment(index), **told))
    assert not holds(of_a_leaf(leaf=b"another", **told))
    other = data.draw(st.integers(-1, size))
    assert holds(of_a_leaf(leaf=commitment(index), **{**told, "index": other})) == (other == index)
    false = [[*path, EMPTY]]
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        false += [[*path[:place], EMPTY, *path[place + 1 :]], path[:-1]]
    for steps in false:
        assert not holds(of_a_leaf(leaf=commitment(index), **{**told, "path": steps}))


@settings(deadline=None)
@given(data=st.data(), new=st.integers(1, 300))
def test_a_longer_log_is_shown_to_begin_with_the_shorter(data: st.DataObject, new: int) -> None:
    hashes, old = leaves(new), data.draw(st.integers(1, new))
    path = consistency(old, new, of(hashes))
    told: dict[str, Any] = {
        "old": old, "new": new, "old_root": naive(hashes[:old]), "new_root": naive(hashes), "path": path,
    }  # fmt: skip
    assert holds(of_the_rest(**told))
    for change in ({"old_root": EMPTY}, {"new_root": EMPTY}, {"path": [*path, EMPTY]}):
        assert not holds(of_the_rest(**{**told, **change}))
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        for steps in ([*path[:place], EMPTY, *path[place + 1 :]], path[:-1]):
            assert not holds(of_the_rest(**{**told, "path": steps}))


@settings(deadline=None)
@given(data=st.data(), size=st.integers(2, 200))
def test_a_log_in_which_one_leaf_was_changed_or_left_out_is_no_continuation(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size - 1))
    before, changed = leaves(size), data.draw(st.integers(0, old - 1))
    for after in (
        [*before[:changed], leaf_hash(b"changed"), *before[changed + 1 :]],
        [*before[:changed], *before[changed + 1 :], leaf_hash(b"one more")],
    ):
        path = consistency(old, size, of(after))
        told = of_the_rest(old=old, old_root=naive(before[:old]), new=size, new_root=naive(after), path=path)
        assert not holds(told)


@settings(deadline=None)
@given(leaf=st.binary(max_size=200), seed=st.binary(min_size=32, max_size=32), data=st.data())
def test_signatures_are_judged_as_the_library_does(leaf: bytes, seed: bytes, data: st.DataObject) -> None:
    public = notes.public_of(seed)
    told = of_a_leaf(leaf=leaf, index=0, size=1, path=[], root=leaf_hash(leaf))
    body, signed = told["checkpoint"], checkpoint(1, leaf_hash(leaf), seed)
    dash, name, encoded = signed.removeprefix(body).split()
    signature = base64.b64decode(encoded)
    place, other = data.draw(st.integers(0, len(signature) - 1)), data.draw(st.integers(1, 255))
    false = bytes([*signature[:place], signature[place] ^ other, *signature[place + 1 :]])
    for text, is_good in (
        (signed, True),
        (body, False),
        (f"{body}{dash} {name} {base64.b64encode(false).decode()}\n", False),
        (signed.replace(LOG, "example.org/other", 1), False),
    ):
        assert notes.read(text).is_signed_by(LOG, public) is is_good
        assert holds({**told, "checkpoint": text}, notes.verifier_key(LOG, public)) is is_good
