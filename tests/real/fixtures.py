"""The real parts as pytest fixtures, each skipped (in CI: failed) where its part is missing.

A plugin: load it with `pytest_plugins = ["tests.real.fixtures"]` in `tests/conftest.py`, or as the
`conftest.py` beside this file does. Every test process has its own slot of loopback, so
the parts of pytest-xdist's workers, and of two runs on one machine, never meet.

Tests that use `browser`, `person` or `page` are coroutines and share the session's event loop. In
them, wait for other parts by `await asyncio.to_thread(...)`: what blocks would hold the browser up.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from .addresses import Slot, claim_slot
from .baresip import BaresipPhone
from .browser import start_browser
from .desktop import Desktop
from .linphone import LinphonePhone
from .phone_messages import Answering, PhoneSettings
from .postgres import PostgresCluster
from .presence import require
from .processes import living_children
from .sipp import Behaviour, ScriptedCallee
from .sipserver import SipServer
from .softphone import Softphone

_SIP_SERVER = 20
_FIRST_CALLEE = 30
_POSTGRES = 50
_SITE = 80
"""The last numbers of the parts' addresses in their slot."""

BARESIP_EXTENSION = "1005"


class Softphones:
    """Hands out softphones that are registered with the test's SIP server."""

    def __init__(self, server: SipServer, slot: Slot, stack: ExitStack) -> None:
        self._server = server
        self._slot = slot
        self._stack = stack

    def __call__(
        self, extension: str, *, tone_hz: int = 440, answering: Answering = Answering.AT_ONCE
    ) -> Softphone:
        """Start a phone and return it once it can be called (0.1 s)."""
        settings = PhoneSettings(
            extension=extension,
            address=f"127.0.0.1:{self._slot.phone_ports()}",
            server=self._server.sip_address,
            password=self._server.password_of(extension),
            answering=answering,
            tone_hz=tone_hz,
        )
        phone = self._stack.enter_context(Softphone(settings))
        phone.wait_ready()
        return phone


@pytest.fixture(scope="session")
def slot() -> Iterator[Slot]:
    """This test process's own addresses and ports on loopback."""
    with claim_slot() as slot:
        yield slot


@pytest.fixture
def sip_server(slot: Slot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SipServer]:
    """A phone system without phones; a new one for each test, as it starts in 0.03 s."""
    require("kamailio")
    with SipServer(slot.host(_SIP_SERVER), tmp_path_factory.mktemp("kamailio")) as server:
        server.wait_ready()
        yield server


@pytest.fixture
def softphones(sip_server: SipServer, slot: Slot) -> Iterator[Softphones]:
    """`softphones("1001", tone_hz=440)` is a phone of the test's phone system."""
    require("softphone")
    with ExitStack() as stack:
        yield Softphones(sip_server, slot, stack)


@pytest.fixture
def callees(
    slot: Slot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Behaviour], ScriptedCallee]]:
    """`callees(Behaviour.BUSY)` is a phone outside, for `sip_server.assign_number`."""
    require("sipp")
    with ExitStack() as stack:
        hosts = iter(range(_FIRST_CALLEE, _POSTGRES))

        def start(behaviour: Behaviour) -> ScriptedCallee:
            folder = tmp_path_factory.mktemp("sipp")
            return stack.enter_context(ScriptedCallee(slot.host(next(hosts)), behaviour, folder))

        yield start


@pytest.fixture
def baresip(
    sip_server: SipServer, slot: Slot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BaresipPhone]:
    """A desk phone with a dial URL, extension 1005 of the test's phone system; sends 660 Hz."""
    require("baresip")
    with BaresipPhone(
        BARESIP_EXTENSION,
        first_port=slot.phone_ports(),
        server=sip_server.sip_address,
        password=sip_server.password_of(BARESIP_EXTENSION),
        folder=tmp_path_factory.mktemp("baresip"),
    ) as phone:
        phone.wait_ready()
        yield phone


@pytest.fixture
def linphone(slot: Slot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinphonePhone]:
    """A phone outside, with another SIP stack, that answers by itself."""
    require("linphone")
    folder = tmp_path_factory.mktemp("linphone")
    with LinphonePhone(first_port=slot.phone_ports(), folder=folder) as phone:
        phone.wait_ready()
        yield phone


@pytest.fixture(scope="session")
def session_desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """The desktop that the session's browser runs on."""
    require("xdg-utils", "desktop-file-utils")
    with Desktop(tmp_path_factory.mktemp("desktop")) as desktop:
        yield desktop


@pytest.fixture
def desktop(session_desktop: Desktop) -> Desktop:
    """The desktop, with what earlier tests started forgotten, and what they registered taken back."""
    session_desktop.forget()
    session_desktop.restore()
    return session_desktop


@pytest.fixture(scope="session")
def trusted_origin(slot: Slot) -> str:
    """The one origin whose pages may start the desktop's programs without asking."""
    return f"http://{slot.host(_SITE)}:8000"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(
    session_desktop: Desktop, trusted_origin: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    """Chromium, one for the session (0.7 s)."""
    require("chromium")
    profile = tmp_path_factory.mktemp("chromium")
    async with start_browser(
        session_desktop, trusted_origin=trusted_origin, folder=profile
    ) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def person(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser's context of the test's own: nobody is signed in, nothing is stored."""
    context = await browser.new_context()
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(person: BrowserContext) -> Page:
    return await person.new_page()


@pytest.fixture(scope="session")
def postgres(slot: Slot) -> Iterator[PostgresCluster]:
    """A PostgreSQL cluster for the session (0.9 s)."""
    require("postgresql")
    with PostgresCluster(slot.host(_POSTGRES)) as cluster:
        cluster.wait_ready()
        yield cluster


@pytest.fixture
def postgres_url(postgres: PostgresCluster) -> Iterator[str]:
    """The URL of a database that is the test's own and empty (0.1 s)."""
    with postgres.fresh_database() as url:
        yield url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests in the loop that the browser lives in."""
    for item in items:
        if isinstance(item, pytest.Function) and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Show with a failed test what its parts said."""
    report = yield
    if isinstance(report, pytest.TestReport) and report.failed:
        report.sections += [(child.name, child.lines.tail()) for child in living_children()]
    return report
