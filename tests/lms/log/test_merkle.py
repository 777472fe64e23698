"""The tree of the log against the words of RFC 6962, its published vectors, and proofs that were tampered with."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.log.merkle import EMPTY, consistency, continues, includes, inclusion, leaf_hash, node_hash, perfect, root

# Of the leaves below, the roots of the first 0 to 8: those of the test vectors of Certificate Transparency.
CONTENTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def of(hashes: list[bytes]):  # type: ignore[no-untyped-def]
    return lambda level, number: perfect(hashes[number << level : (number + 1) << level])


def naive(hashes: list[bytes]) -> bytes:
    """MTH, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(naive(hashes[:k]), naive(hashes[k:]))


def test_the_published_vectors() -> None:
    hashes = [leaf_hash(bytes.fromhex(content)) for content in CONTENTS]
    assert [root(size, of(hashes)).hex() for size in range(9)] == ROOTS
    assert bytes.fromhex(ROOTS[0]) == EMPTY


@settings(deadline=None)
@given(size=st.integers(1, 300))
def test_the_root_is_that_of_the_words_of_the_rfc(size: int) -> None:
    hashes = leaves(size)
    assert root(size, of(hashes)) == naive(hashes)


@settings(deadline=None)
@given(data=st.data(), size=st.integers(1, 300))
def test_each_leaf_is_shown_to_be_in_it_and_no_other(data: st.DataObject, size: int) -> None:
    hashes, index = leaves(size), data.draw(st.integers(0, size - 1))
    proof, whole = inclusion(index, size, of(hashes)), naive(hashes)
    told = {"index": index, "size": size, "proof": proof, "root": whole}
    assert includes(leaf=hashes[index], **told)
    assert not includes(leaf=leaf_hash(b"another"), **told)
    other = data.draw(st.integers(-1, size))
    assert includes(leaf=hashes[index], **{**told, "index": other}) == (other == index)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not includes(leaf=hashes[index], **{**told, "proof": [*proof[:place], EMPTY, *proof[place + 1 :]]})
        assert not includes(leaf=hashes[index], **{**told, "proof": proof[:-1]})
    assert not includes(leaf=hashes[index], **{**told, "proof": [*proof, EMPTY]})


@settings(deadline=None)
@given(data=st.data(), new=st.integers(1, 300))
def test_a_longer_log_is_shown_to_begin_with_the_shorter(data: st.DataObject, new: int) -> None:
    hashes, old = leaves(new), data.draw(st.integers(1, new))
    proof = consistency(old, new, of(hashes))
    told = {"old": old, "new": new, "old_root": naive(hashes[:old]), "new_root": naive(hashes), "proof": proof}
    assert continues(**told)  # type: ignore[arg-type]
    assert not continues(**{**told, "old_root": EMPTY})  # type: ignore[arg-type]
    assert not continues(**{**told, "new_root": EMPTY})  # type: ignore[arg-type]
    assert not continues(**{**told, "proof": [*proof, EMPTY]})  # type: ignore[arg-type]
    if proof:
        assert not continues(**{**told, "proof": proof[:-1]})  # type: ignore[arg-type]


@settings(deadline=None)
@given(data=st.data(), size=st.integers(2, 200))
def test_a_log_in_which_one_leaf_was_changed_or_left_out_is_no_continuation(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size - 1))
    before, changed = leaves(size), data.draw(st.integers(0, old - 1))
    for after in (
        [*before[:changed], leaf_hash(b"changed"), *before[changed + 1 :]],
        [*before[:changed], *before[changed + 1 :], leaf_hash(b"one more")],
    ):
        proof = consistency(old, size, of(after))
        assert not continues(old=old, old_root=naive(before[:old]), new=size, new_root=naive(after), proof=proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion(index, size, of(leaves(size)))


@pytest.mark.parametrize(("old", "new"), [(0, 4), (5, 4)])
def test_a_shorter_log_continues_none(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        consistency(old, new, of(leaves(new)))
