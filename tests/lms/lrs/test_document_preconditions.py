"""If-Match and If-None-Match on documents, by clause of xAPI 1.0.3 part three and IEEE 9274.1.1."""

from __future__ import annotations

from typing import Any

import pytest

from lms.lrs.models import Document
from tests.lms.lrs.client import Store
from tests.lms.lrs.shelf import STATE, Shelf, etag_of, every_kind, every_profile


@pytest.fixture
def store(db: None) -> Store:
    return Store("state", "profile")


@every_kind
def test_3_1_put_and_delete_under_a_precondition(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    assert shelf.call("PUT", body=b"1", if_match="*").status_code == 412
    assert shelf.call("PUT", body=b"1", if_match=etag_of(b"1")).status_code == 412
    assert shelf.call("PUT", body=b"1", if_none_match="*").status_code == 204
    assert shelf.call("PUT", body=b"2", if_none_match="*").status_code == 412
    assert shelf.call("PUT", body=b"2", if_none_match=etag_of(b"1")).status_code == 412
    assert shelf.call("PUT", body=b"2", if_match=etag_of(b"9")).status_code == 412
    assert shelf.call("GET").content == b"1"
    assert shelf.call("PUT", body=b"2", if_match=f"{etag_of(b'9')}, {etag_of(b'1')}").status_code == 204
    assert shelf.call("DELETE", if_match=etag_of(b"1")).status_code == 412
    assert shelf.call("GET").content == b"2"
    assert shelf.call("DELETE", if_match=etag_of(b"2")).status_code == 204
    assert not Document.objects.exists()


@every_kind
def test_3_1_post_under_a_precondition(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    assert shelf.call("POST", body={"a": 1}, if_match="*").status_code == 412
    assert shelf.call("POST", body={"a": 1}, if_none_match="*").status_code == 204
    assert shelf.call("POST", body={"b": 2}, if_none_match="*").status_code == 412
    assert shelf.call("POST", body={"b": 2}, if_match=etag_of(b"x")).status_code == 412
    current = shelf.call("GET").headers["ETag"]
    assert shelf.call("POST", body={"b": 2}, if_match=current).status_code == 204
    assert shelf.call("GET").json() == {"a": 1, "b": 2}


@every_profile
def test_3_1_a_profile_is_put_with_a_precondition_only(store: Store, kind: Any) -> None:
    shelf = Shelf(store, kind)
    assert shelf.call("PUT", body=b"1").status_code == 400
    assert not Document.objects.exists()
    shelf.put_new("one", b"1")
    conflict = shelf.call("PUT", body=b"2")
    assert conflict.status_code == 409
    assert "If-Match" in conflict.json()["error"]
    assert shelf.call("GET").content == b"1"


def test_2_3_state_is_put_without_a_precondition(store: Store) -> None:
    shelf = Shelf(store, STATE)
    for body in (b"1", b"2"):
        assert shelf.call("PUT", body=body).status_code == 204
    assert shelf.call("GET").content == b"2"


@every_kind
def test_ieee_9274_every_document_is_replaced_by_who_names_it(db: None, kind: Any) -> None:
    shelf = Shelf(Store("state", "profile", version="2.0.0"), kind)
    assert shelf.call("PUT", body=b"1").status_code == 204
    assert shelf.call("PUT", body=b"2").status_code == 409
    assert shelf.call("PUT", body=b"2", if_match=etag_of(b"1")).status_code == 204
    assert shelf.call("GET").content == b"2"
