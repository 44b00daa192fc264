"""A mail server on loopback that keeps what it is sent (RFC 5321, as far as one client needs it)."""

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Self


@dataclass
class MailServer:
    mails: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    port: int = 0
    _talks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """A test may have its mail before the client has said that it goes."""
        self._server.close()
        await asyncio.wait_for(asyncio.gather(*self._talks), 20)
        await self._server.wait_closed()

    async def next_mail(self) -> Message:
        return await asyncio.wait_for(self.mails.get(), 20)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talks.add(asyncio.create_task(self._talk(reader, writer)))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await self.mails.put(message_from_bytes(await _body(reader)))
            writer.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 fine\r\n")
        writer.close()
        await writer.wait_closed()


async def _body(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while (line := await reader.readline()) != b".\r\n":
        body += line
    return body
