"""The program of a softphone: `python -m real.phone_process SETTINGS`, in the folder `tests`.

A process of its own because the library runs one SIP stack a process. Settings, events and orders
are those of `phone_messages`; it ends when its standard input does. The audio is real RTP, made and
heard here without a sound card.
"""

import asyncio
import sys
from array import array
from collections.abc import Callable
from typing import Protocol, cast

from baresip.audio import CallAudio
from baresip.call import Call
from baresip.config import Account, Config
from baresip.errors import AudioNotActive, AudioRestarted, BaresipError
from baresip.events import Event, StackEvent
from baresip.runtime import Runtime
from baresip.ua import UserAgent

from .phone_messages import (
    Act,
    Answering,
    Happening,
    PhoneEvent,
    PhoneOrder,
    PhoneSettings,
    order_from,
    settings_from,
    to_line,
)
from .tones import find_tone, sine

_PACE_S = 0.02
"""One RTP packet of G.711."""
_AHEAD = 6
"""Packets kept queued: enough for a process that is kept off a busy processor for 0.1 s."""
_WINDOWS_PER_S = 10
"""A tone counts as heard when it fills a tenth of a second, twice running."""

_TOLD = {
    Event.CALL_INCOMING: Happening.RINGS,
    Event.CALL_OUTGOING: Happening.DIALS,
    Event.CALL_RINGING: Happening.RINGBACK,
    Event.CALL_PROGRESS: Happening.RINGBACK,
    Event.CALL_ESTABLISHED: Happening.CONNECTED,
    Event.CALL_CLOSED: Happening.ENDED,
}


class _Subscribes(Protocol):
    """The part of the library's `Runtime` that it leaves without types."""

    def subscribe(self, listener: Callable[[StackEvent], None]) -> None: ...


class _TakesCalls(Protocol):
    """The part of the library's `UserAgent` that it leaves without types."""

    def on_incoming(self, callback: Callable[[Call], None]) -> None: ...
    def on_transfer_call(self, callback: Callable[[Call], None]) -> None: ...


def tell(event: PhoneEvent) -> None:
    print(to_line(event), flush=True)


class Conversation:
    """One call's audio: sends the phone's tone, tells which tone it hears whenever that changes."""

    def __init__(self, call: int, audio: CallAudio, tone_hz: int) -> None:
        self._call = call
        self._audio = audio
        self._tone_hz = tone_hz
        self._sent = 0
        self._heard = array("h")
        self._last_window = 0
        self._told = 0

    async def run(self) -> None:
        """Go on until cancelled; audio that is not there yet, or is renewed, comes by itself."""
        while True:
            try:
                self._speak()
                self._listen()
            except (AudioNotActive, AudioRestarted):
                self._heard = array("h")
            await asyncio.sleep(_PACE_S / 2)

    def _speak(self) -> None:
        info = self._audio.info()
        if not info.tx_ready:
            return
        packet = int(info.tx_sample_rate * _PACE_S)
        missing = _AHEAD * packet - info.tx_buffered // 2
        if missing >= packet:
            wave = sine(self._tone_hz, rate=info.tx_sample_rate, first=self._sent, count=missing)
            self._sent += self._audio.write(wave) // 2

    def _listen(self) -> None:
        info = self._audio.info()
        if not info.rx_ready:
            return
        self._heard.frombytes(self._audio.read(info.rx_capacity))
        window = info.rx_sample_rate // _WINDOWS_PER_S
        while len(self._heard) >= window:
            self._judge(find_tone(self._heard[:window], rate=info.rx_sample_rate))
            del self._heard[:window]

    def _judge(self, hz: int) -> None:
        if hz == self._last_window and hz != self._told:
            self._told = hz
            tell(PhoneEvent(Happening.HEARS, call=self._call, hz=hz))
        self._last_window = hz


class SoftphoneProcess:
    """One phone: its account, its calls, and the words it exchanges with the test."""

    def __init__(self, settings: PhoneSettings) -> None:
        self._settings = settings
        self._calls: dict[int, Call] = {}
        self._connected: set[int] = set()
        self._conversations: dict[int, asyncio.Task[None]] = {}
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        runtime = Runtime()
        await runtime.start(self._config())
        try:
            cast("_Subscribes", runtime).subscribe(self._note)
            agent = await self._open_account(runtime)
            tell(PhoneEvent(Happening.READY))
            await self._obey_orders(agent)
        finally:
            await runtime.close()

    def _config(self) -> Config:
        return Config(
            net_interface=self._settings.address.partition(":")[0],
            max_concurrent_calls=8,
            extra_config_text=f"sip_listen {self._settings.address}\n",
        )

    async def _open_account(self, runtime: Runtime) -> UserAgent:
        settings = self._settings
        account = Account(
            settings.extension,
            settings.server or settings.address,
            settings.password,
            registrar=settings.server or None,
            reg_interval=60 if settings.server else 0,
        )
        # A phone system that connects by REFER asks the phone to ring the number itself.
        agent = await UserAgent.create(runtime, account, transfer_policy="auto")
        cast("_TakesCalls", agent).on_incoming(self._ring)
        cast("_TakesCalls", agent).on_transfer_call(self._keep)
        if settings.server:
            await agent.register()
            tell(PhoneEvent(Happening.REGISTERED))
        return agent

    async def _obey_orders(self, agent: UserAgent) -> None:
        orders = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(orders)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while line := await orders.readline():
            try:
                await self._obey(agent, order_from(line.decode()))
            except BaresipError as error:
                tell(PhoneEvent(Happening.FAULT, text=str(error)))

    async def _obey(self, agent: UserAgent, order: PhoneOrder) -> None:
        match order.act:
            case Act.DIAL:
                self._keep(await agent.dial(order.target))
            case Act.ANSWER:
                for call in tuple(self._calls.values()):
                    await call.answer()
            case Act.REJECT:
                for call in tuple(self._calls.values()):
                    await call.reject()
            case Act.HANG_UP:
                for call in tuple(self._calls.values()):
                    await call.hangup()

    def _note(self, event: StackEvent) -> None:
        """Tell the test what happened to a call.

        Heard on the runtime and not on a `Call`: a fast peer's answer is here before `dial` has
        returned the call to listen on.
        """
        happening = _TOLD.get(event.event)
        if happening is None:
            return
        reason = event.text or "" if happening is Happening.ENDED else ""
        tell(PhoneEvent(happening, call=event.call, peer=event.peer or "", text=reason))
        if happening is Happening.CONNECTED:
            self._connected.add(event.call)
            self._converse(event.call)
        elif happening is Happening.ENDED:
            self._calls.pop(event.call, None)
            if conversation := self._conversations.pop(event.call, None):
                conversation.cancel()

    def _keep(self, call: Call) -> None:
        self._calls[call.handle] = call
        self._converse(call.handle)

    def _converse(self, handle: int) -> None:
        """Begin the conversation once the call is both known here and connected."""
        call = self._calls.get(handle)
        if call is None or handle not in self._connected or handle in self._conversations:
            return
        conversation = Conversation(handle, call.audio, self._settings.tone_hz)
        self._conversations[handle] = asyncio.ensure_future(conversation.run())

    def _ring(self, call: Call) -> None:
        self._keep(call)
        if self._settings.answering is not Answering.BY_HAND:
            answer = asyncio.ensure_future(self._answer(call))
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)

    async def _answer(self, call: Call) -> None:
        try:
            if self._settings.answering is Answering.AT_ONCE:
                await call.answer()
            else:
                await call.reject()
        except BaresipError as error:
            tell(PhoneEvent(Happening.FAULT, call=call.handle, text=str(error)))


if __name__ == "__main__":
    asyncio.run(SoftphoneProcess(settings_from(sys.argv[1])).run())
