"""What the site finds out about a proof by itself: scanned, compared, looked up; and never asked of anybody inside."""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client

from courses.models import ExternalPage, Proof, ProofFile
from courses.players.external import deciding
from courses.players.external.deciding import CannotDecide
from courses.players.external.examining import examine, examine_all
from courses.players.external.handing_in import withdraw
from courses.players.external.rules import holds_date, names_match
from tests.cast import Cast, make_requirement
from tests.courses.external import NOW, give_rights, hand, make_external, pdf, picture, standing_clock

__all__ = ["standing_clock"]
pytestmark = pytest.mark.django_db
HOST = "verify.example.org"


@pytest.fixture
def page(cast: Cast) -> ExternalPage:
    give_rights(cast)
    page: ExternalPage = make_external(link_hosts=f"{HOST}\n*.badges.example.net", accepted_versions="2025\n2026.1")
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(NOW.date())
    return page


def found(proof: Proof) -> dict[str, tuple[str, str]]:
    examine(str(proof.key))
    return {item.name: (item.outcome, item.said) for item in proof.checks.all()}


def test_a_good_certificate_passes_every_check(page: ExternalPage, cast: Cast) -> None:
    proof = hand(page, cast.bruno, course_version="2026.1")
    assert found(proof) == {
        "scan": ("unknown", "no_scanner"),
        "same_file": ("passed", ""),
        "name_in_text": ("passed", ""),
        "date_in_text": ("passed", ""),
        "date_possible": ("passed", ""),
        "within_validity": ("passed", ""),
        "version": ("passed", ""),
    }
    proof.refresh_from_db()
    assert proof.examined_at == NOW


def test_another_name_date_and_version_are_seen(page: ExternalPage, cast: Cast) -> None:
    checks = found(hand(page, cast.bruno, pdf("Somebody Else", "1 March 2020"), course_version="2019"))
    assert (checks["name_in_text"][0], checks["date_in_text"][0], checks["version"]) == (
        "failed", "failed", ("failed", "other_version"),
    )  # fmt: skip
    checks = found(hand(page, cast.chen, picture()))
    assert (checks["name_in_text"], checks["version"]) == (("unknown", "no_text"), ("unknown", "not_told"))


def test_what_is_too_old_to_count_is_seen(page: ExternalPage, cast: Cast) -> None:
    assert found(hand(page, cast.bruno, on=date(2024, 10, 1)))["within_validity"] == ("failed", "too_old")
    assert found(hand(make_external("unasked"), cast.bruno))["within_validity"] == ("unknown", "nothing_owed")


def test_the_same_file_of_two_people_is_seen_and_told_to_neither(page: ExternalPage, cast: Cast) -> None:
    content = pdf("Bruno Late", "Chen Head")
    withdraw(proof=hand(page, cast.bruno, content), by=cast.bruno)
    second = hand(page, cast.chen, content)
    assert found(second)["same_file"] == ("failed", "by_other")
    client = Client()
    client.force_login(cast.chen.user)  # type: ignore[arg-type]
    told = client.get(f"/learning/proof/{second.key}/").content.decode()
    assert "Bruno" not in told
    assert "Somebody else" not in told
    assert found(hand(page, cast.bruno, content))["same_file"] == ("failed", "by_other")
    own = pdf("Eve Elsewhere")
    withdraw(proof=hand(page, cast.eve, own), by=cast.eve)
    assert found(hand(page, cast.eve, own))["same_file"] == ("failed", "by_same")


def test_the_same_code_of_two_people_is_seen(page: ExternalPage, cast: Cast) -> None:
    hand(page, cast.bruno, way="code", code="AB-1")
    assert found(hand(page, cast.chen, way="code", code="AB-1"))["same_code"] == ("failed", "by_other")
    assert found(hand(page, cast.eve, way="code", code="AB-2"))["same_code"] == ("passed", "")


@pytest.mark.parametrize(
    ("name", "text", "same"),
    [
        ("José Núñez", "JOSE NUNEZ", True),
        ("Núñez José María", "Jose\nMaria NUNEZ, born", True),
        ("Bruno Late", "Bruno Later", False),
        ("Bruno Late", "Bruno", False),
        ("王小明", "证书：王小明同志", True),
        ("محمد علي", "شهادة محمد علي", True),
        ("Анна Иванова", "ИВАНОВА АННА", True),
        ("---", "anything", False),
    ],
)
def test_names_are_compared_without_accents_case_and_order(name: str, text: str, same: bool) -> None:
    assert names_match(name, text) is same


@pytest.mark.parametrize(
    "text",
    ["2026-11-02", "02/11/2026", "2.11.2026", "11/02/2026", "2 November 2026", "November 2nd, 2026",
     "2 de noviembre de 2026",      "le 2 novembre 2026", "2026年11月2日", "٢ نوفمبر ٢٠٢٦", "2 ноября 2026"],
)  # fmt: skip
def test_dates_are_found_in_the_usual_forms(text: str) -> None:
    months = ["November", "novembre", "noviembre", "نوفمبر", "ноября"]
    assert holds_date(date(2026, 11, 2), f"On {text}.", months)
    assert not holds_date(date(2026, 11, 3), f"On {text}.", months)


class Scanner(socketserver.ThreadingTCPServer):
    """Speaks as much of clamd's protocol as INSTREAM takes. What holds the word EICAR is harmful."""

    allow_reuse_address = daemon_threads = True
    says: bytes | None = None
    got: list[bytes]


class Asked(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            return
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.server.got.append(content)
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0"
        self.wfile.write(verdict if self.server.says is None else self.server.says)


@pytest.fixture
def scanner(settings: Any) -> Iterator[Scanner]:
    with Scanner(("127.0.0.1", 0), Asked) as server:
        server.got = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.LMS_SCANNER = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def opened(proof: Proof, cast: Cast) -> int:
    client = Client()
    client.force_login(cast.dora.user)  # type: ignore[arg-type]
    return int(client.get(f"/admin/proofs/{proof.key}/{proof.files.get().key}/").status_code)


def test_a_file_is_opened_when_the_scanner_has_found_nothing(scanner: Scanner, page: Any, cast: Cast) -> None:
    content = pdf("Bruno Late", "x" * 200_000)
    proof = hand(page, cast.bruno, content)
    assert opened(proof, cast) == 404
    assert found(proof)["scan"] == ("passed", "")
    assert scanner.got == [content]
    assert opened(proof, cast) == 200


def test_a_harmful_file_is_thrown_away(
    scanner: Scanner, page: Any, cast: Cast, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    proof = hand(page, cast.bruno, pdf("EICAR"))
    with django_capture_on_commit_callbacks(execute=True):
        checks = found(proof)
    assert checks["scan"] == ("failed", "infected")
    assert checks["name_in_text"] == ("unknown", "no_text")
    assert opened(proof, cast) == 404
    assert not [path for path in (tmp_path / "proofs").rglob("*") if path.is_file()]
    with pytest.raises(CannotDecide, match="no_file"):
        deciding.accept(proof=proof, by=cast.dora, ticked=True, seen=proof.evidence())


@pytest.mark.parametrize("says", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: lstat() failed. ERROR\0"])
def test_while_the_scanner_does_not_say_nobody_opens_or_accepts(
    scanner: Scanner, page: Any, cast: Cast, says: bytes
) -> None:
    proof = hand(page, cast.bruno)
    scanner.says = says
    assert found(proof)["scan"] == ("unknown", "not_scanned")
    assert opened(proof, cast) == 404
    with pytest.raises(CannotDecide, match="not_scanned"):
        deciding.accept(proof=proof, by=cast.dora, ticked=True, seen=proof.evidence())
    proof.refresh_from_db()
    assert proof.examined_at is None
    scanner.says = None
    examine_all()
    assert opened(proof, cast) == 200


def test_a_scanner_that_is_not_there_holds_up_no_codes(settings: Any, page: Any, cast: Cast) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.LMS_SCANNER = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    proof, code = hand(page, cast.bruno), hand(page, cast.chen, way="code", code="AB-1")
    examine_all()
    code.refresh_from_db()
    assert code.examined_at == NOW
    assert proof.files.get().scan == ProofFile.Scan.WAITING


def test_files_from_before_there_was_a_scanner_are_scanned(settings: Any, page: Any, cast: Cast, request: Any) -> None:
    proof = hand(page, cast.bruno)
    assert found(proof)["scan"] == ("unknown", "no_scanner")
    assert opened(proof, cast) == 200
    request.getfixturevalue("scanner")
    assert opened(proof, cast) == 404
    examine_all()
    assert opened(proof, cast) == 200


def test_a_scanner_on_a_unix_socket(settings: Any, page: Any, cast: Cast, tmp_path: Path) -> None:
    class OnSocket(Scanner):
        address_family = socket.AF_UNIX

    path = str(tmp_path / "clamd.sock")
    with OnSocket(path, Asked) as server:  # type: ignore[arg-type]
        server.got = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.LMS_SCANNER = path
        assert found(hand(page, cast.bruno))["scan"] == ("passed", "")
        server.shutdown()


@contextmanager
def provider(
    monkeypatch: pytest.MonkeyPatch, folder: Path, answer: bytes | Callable[[bytes], bytes]
) -> Iterator[list[bytes]]:
    """The provider's server, with a certificate for its name; a name server that gives it a public address."""
    pem = issue(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    got: list[bytes] = []

    def serve(server: socket.socket) -> None:
        while True:
            try:
                sock, _address = server.accept()
                with context.wrap_socket(sock, server_side=True) as secure:
                    got.append(secure.recv(4096))
                    secure.sendall(answer if isinstance(answer, bytes) else answer(got[-1]))
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=serve, args=(server,), daemon=True).start()

        def resolve(host: str, wanted: int, **more: Any) -> Any:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", wanted))]

        def connect(address: Any, **more: Any) -> socket.socket:
            assert address == ("1.1.1.1", 443)
            sock = socket.socket()
            sock.connect(("127.0.0.1", port))
            return sock

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(socket, "create_connection", connect)
        yield got
    monkeypatch.undo()


def issue(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=400))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "provider.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("answer", "outcome", "detail"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "passed", "200"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "failed", "404"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", "unknown", "302"),
        (b"nonsense", "unknown", "NoAnswer"),
    ],
)
def test_the_providers_page_is_asked_for_and_no_redirect_followed(
    page: Any, cast: Cast, monkeypatch: Any, tmp_path: Path, answer: bytes, outcome: str, detail: str
) -> None:
    proof = hand(page, cast.bruno, way="code", link=f"https://{HOST}/c/AB-1?x=1")
    with provider(monkeypatch, tmp_path, answer) as got:
        checks = found(proof)
    assert checks["link_host"] == ("passed", "")
    told = proof.checks.get(name="link_answers")
    assert (told.outcome, told.detail) == (outcome, detail)
    assert len(got) == 1
    assert got[0].startswith(b"GET /c/AB-1?x=1 HTTP/1.1\r\n")
    assert b"\r\nHost: verify.example.org\r\n" in got[0]
    assert b"Cookie" not in got[0]
    assert b"Referer" not in got[0]


def test_nothing_is_asked_of_hosts_that_the_course_does_not_name_or_that_lead_inside(
    page: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int, **more: Any) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", port))]

    def connect(address: Any, **more: Any) -> Any:
        raise AssertionError(address)

    proofs = [hand(page, person, way="code", link=link) for person, link in (
        (cast.bruno, "https://evil.example.com/1"), (cast.chen, "https://badges.example.net/1"),
        (cast.eve, f"https://{HOST}/1"),
    )]  # fmt: skip
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    checks = [found(proof) for proof in proofs]
    monkeypatch.undo()
    assert [item["link_host"] for item in checks] == [
        ("failed", "other_host"), ("failed", "other_host"), ("passed", ""),
    ]  # fmt: skip
    assert ["link_answers" in item for item in checks] == [False, False, True]
    assert proofs[2].checks.get(name="link_answers").detail == "Forbidden"
    assert asked == [HOST]


def test_handing_in_a_link_asks_nobody(page: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: pytest.fail("asked"))
    hand(page, cast.bruno, way="code", link=f"https://{HOST}/1")
    monkeypatch.undo()


def test_examining_what_was_decided_changes_nothing(page: Any, cast: Cast) -> None:
    proof = hand(page, cast.bruno)
    withdraw(proof=proof, by=cast.bruno)
    examine(str(proof.key))
    examine("00000000-0000-0000-0000-000000000000")
    assert not proof.checks.exists()
