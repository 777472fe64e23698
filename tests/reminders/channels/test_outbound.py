"""Where a post may go, and where it must not."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lms.outbound import is_public
from reminders.channels import outbound
from reminders.channels.handing import seconds
from reminders.channels.outbound import Forbidden, Unreachable, post, target_of
from tests.reminders.channels.stand_in import standing_in

GOOD = "https://hooks.slack.com/services/T/B/x"


@pytest.mark.parametrize(
    "address",
    [
        GOOD,
        "https://HOOKS.slack.com:443/services/T/B/x",
        "https://default0123.4f.environment.api.powerplatform.com:443/powerautomate/x?sig=1",
        "https://prod-07.westeurope.logic.azure.com:443/workflows/x?sig=1",
    ],
)
def test_the_hosts_of_slack_and_teams_may_be_posted_to(address: str) -> None:
    assert target_of(address).port == 443


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com:8443/services/T/B/x",
        "https://hooks.slack.com.evil.example/services/T/B/x",
        "https://evilhooks.slack.com/services/T/B/x",
        "https://logic.azure.com/x",
        "https://evil-logic.azure.com/x",
        "https://hooks.slack.com@evil.example/x",
        "https://evil.example@hooks.slack.com/x",
        "https://evil.example\\@hooks.slack.com/x",
        "https://evil.example#@hooks.slack.com/x",
        "https://hooks.slack.com/x#part",
        "https://hooks.slack.com./x",
        "https://hooks.slack.com/x\r\nHost: evil.example",
        "https://hooks.slack.com/x y",
        "https://hooks.sla\u212ack.com/x",
        "https://127.0.0.1/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/x",
        "https://hooks.slack.com:port/x",
        "https://[hooks.slack.com/x",
        "//hooks.slack.com/x",
        "file:///etc/passwd",
        "gopher://hooks.slack.com/x",
        "",
    ],
)
def test_nothing_else_may(address: str) -> None:
    with pytest.raises(Forbidden):
        target_of(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True), ("2606:4700:4700::1111", True), ("64:ff9b::101:101", True),
        ("127.0.0.1", False), ("10.0.0.1", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.1.1", False),
        ("240.0.0.1", False), ("255.255.255.255", False), ("192.0.2.1", False), ("198.18.0.1", False),
        ("::1", False), ("::", False), ("fe80::1", False), ("fe80::1%eth0", False), ("fc00::1", False), ("ff02::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:1.1.1.1", True), ("::127.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False), ("2002:7f00:1::", False), ("2001:0:0:0:0:0:80ff:fffe", False),
    ],
)  # fmt: skip
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


class Names:
    """Answers of a name server, one for each time that it is asked, and what was connected to."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.connected: list[Any] = []

    def resolve(self, host: str, port: int, **kwargs: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (item, port)) for item in self.answers.pop(0)]

    def connect(self, address: Any, **kwargs: Any) -> Any:
        self.connected.append(address)
        raise ConnectionRefusedError


def asked(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Names:
    names = Names(*answers)
    monkeypatch.setattr(socket, "getaddrinfo", names.resolve)
    monkeypatch.setattr(socket, "create_connection", names.connect)
    return names


@pytest.mark.parametrize("found", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:169.254.169.254"], ["fd00::1"]])
def test_a_name_that_leads_inside_is_not_connected_to(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    names = asked(monkeypatch, found)
    with pytest.raises(Forbidden):
        post(GOOD, b"{}")
    assert not names.connected


def test_the_connection_goes_to_what_was_resolved_and_nobody_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers otherwise the second time is not asked a second time."""
    names = asked(monkeypatch, ["1.1.1.1", "1.0.0.1"], ["127.0.0.1"])
    with pytest.raises(Unreachable, match="ConnectionRefusedError"):
        post(GOOD, b"{}")
    assert names.connected == [("1.1.1.1", 443), ("1.0.0.1", 443)]
    assert len(names.answers) == 1


def test_a_stand_in_is_for_the_demo_only(settings: Any) -> None:
    with standing_in() as server:
        with pytest.raises(Forbidden):
            post(server.slack, b"{}")
        settings.LMS_CHANNEL_STAND_IN = server.origin
        assert post(server.slack, b"{}").status == 200
        with pytest.raises(Forbidden):
            post(server.slack.replace("127.0.0.1", "localhost"), b"{}")
        settings.LMS_DEMO = False
        with pytest.raises(Forbidden):
            post(server.slack, b"{}")
        assert len(server.got) == 1


@pytest.mark.parametrize(("known", "name"), [(True, "127.0.0.1"), (False, "127.0.0.1"), (True, "10.9.8.7")])
def test_the_certificate_is_checked(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, known: bool, name: str
) -> None:
    certificate = issue(tmp_path, name)
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with standing_in(context) as server:
        settings.LMS_CHANNEL_STAND_IN = server.origin
        if known and name == "127.0.0.1":
            assert post(server.slack, b'{"text": "x"}').text == "ok"
            return
        with pytest.raises(Unreachable, match="SSLCertVerificationError"):
            post(server.slack, b"{}")
        assert not server.got


def test_a_server_that_does_not_answer_the_handshake_is_cut_off(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "WHOLE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"https://127.0.0.1:{silent.getsockname()[1]}"
        settings.LMS_CHANNEL_STAND_IN = origin
        with pytest.raises(Unreachable):
            post(f"{origin}/services/T/B/x", b"{}")


@pytest.mark.parametrize(
    ("said", "found"),
    [("120", 120), ("Wed, 25 Nov 2026 09:01:00 GMT", 60), ("Wed, 25 Nov 2020 09:01:00 GMT", 0), ("", 0), ("-5", 0),
     ("soon", 0), ("\u0663", 0), ("9" * 400, 999_999_999)],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms(said: str, found: float) -> None:
    assert seconds(said, datetime(2026, 11, 25, 9, tzinfo=UTC)) == found


def issue(folder: Path, address: str) -> Path:
    """A certificate for that address, with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "stand-in.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
