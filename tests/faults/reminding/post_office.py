"""A real SMTP server that counts what it accepts, and fails as it is told."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.services import free_port


@dataclass(frozen=True)
class Letter:
    """One DATA of which the server has taken the whole: whether the sender knows it or not."""

    message_id: str
    to: str
    text: str


class Fault:
    """What goes wrong, step by step of the conversation. None: nothing."""

    async def on_connect(self) -> None: ...

    async def on_mail(self) -> str | None: ...

    async def on_recipient(self, address: str) -> str | None: ...

    async def on_accepted(self, letter: Letter, transport: Any) -> str | None: ...


class Hold(Fault):
    """Stands still at a step (``connect``, ``mail``, ``accepted``) of the ``number``-th letter until it is let go."""

    def __init__(self, step: str, number: int = 1) -> None:
        self.step, self.left = step, number
        self.reached, self.go = threading.Event(), threading.Event()
        self.letter: Letter | None = None

    async def _stand(self, step: str) -> None:
        if step != self.step:
            return
        self.left -= 1
        if self.left == 0:
            self.reached.set()
            while not self.go.is_set():
                await asyncio.sleep(0.01)

    async def on_connect(self) -> None:
        await self._stand("connect")

    async def on_mail(self) -> None:
        await self._stand("mail")

    async def on_accepted(self, letter: Letter, transport: Any) -> None:
        if self.left == 1 and self.step == "accepted":
            self.letter = letter
        await self._stand("accepted")


class Slow(Fault):
    """So many seconds for each letter."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def on_mail(self) -> None:
        await asyncio.sleep(self.seconds)


class Greylist(Fault):
    """Takes no address at the first try."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    async def on_recipient(self, address: str) -> str | None:
        if address in self.known:
            return None
        self.known.add(address)
        return "450 4.2.0 greylisted, come again"


class Refuse(Fault):
    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def on_recipient(self, address: str) -> str | None:
        return "550 5.1.1 no such mailbox" if address in self.addresses else None


class Cut(Fault):
    """Takes every ``step``-th letter and cuts the connection instead of saying so; ``most`` times."""

    def __init__(self, step: int, most: int) -> None:
        self.step, self.most, self.seen, self.cut = step, most, 0, 0

    async def on_accepted(self, letter: Letter, transport: Any) -> None:
        self.seen += 1
        if self.seen % self.step == 0 and self.cut < self.most:
            self.cut += 1
            transport.abort()
            await asyncio.sleep(60)


class Late(Cut):
    """Takes every ``step``-th letter and says so when nobody waits for it any more."""

    async def on_accepted(self, letter: Letter, transport: Any) -> None:
        self.seen += 1
        if self.seen % self.step == 0 and self.cut < self.most:
            self.cut += 1
            await asyncio.sleep(60)


class Closing(Fault):
    """421 at every ``step``-th letter."""

    def __init__(self, step: int) -> None:
        self.step, self.seen = step, 0

    async def on_mail(self) -> str | None:
        self.seen += 1
        return None if self.seen % self.step else "421 4.3.2 closing"


class PostOffice:
    """The server; ``letters`` is everything that it has taken, in its order."""

    def __init__(self) -> None:
        self.port = free_port()
        self.letters: list[Letter] = []
        self.fault = Fault()
        self.keeps_text = True
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        assert self._controller is not None
        self._controller.stop()
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.05)

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        await self.fault.on_connect()
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if answer := await self.fault.on_mail():
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if answer := await self.fault.on_recipient(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        [to] = envelope.rcpt_tos  # one recipient a message, or this fails
        letter = self._read(to, envelope.content)
        self.letters.append(letter)
        answer = await self.fault.on_accepted(letter, server.transport)
        return answer or "250 kept"

    def _read(self, to: str, content: bytes) -> Letter:
        if not self.keeps_text:
            head = content[: content.index(b"\r\n\r\n")].decode().splitlines()
            [message_id] = [line.split(": ", 1)[1] for line in head if line.startswith("Message-ID: ")]
            return Letter(message_id, to, "")
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        return Letter(str(message["message-id"]), to, str(body.get_content()))
