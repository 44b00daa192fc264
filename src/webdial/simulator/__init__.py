"""A pretend phone system with pretend phones.

`webdial demo` shows it to newcomers: a click on Dial in the product makes a phone ring on its page.
Tests use it as a phone system that behaves like a real one, or misbehaves on purpose. It keeps
everything in memory, serves everything itself, and leaves binding an address to whoever runs it:

    app = create_simulator(SimulatorConfig(desk_phones=(DeskPhone(extension="201", name="Carl"),)))
    uvicorn.run(app, host="127.0.0.1", port=8201)

`app.state.simulator` is the running `Simulator`; call its `stop()` before stopping the server.
`FaultServer` does on a bare socket what no web server would.
"""

from webdial.simulator.app import Simulator, create_simulator
from webdial.simulator.calls import Call, CallState, EndReason
from webdial.simulator.config import DeskPhone, OutsideParty, SimulatorConfig
from webdial.simulator.faults import FaultServer, ReceivedRequest

__all__ = [
    "Call",
    "CallState",
    "DeskPhone",
    "EndReason",
    "FaultServer",
    "OutsideParty",
    "ReceivedRequest",
    "Simulator",
    "SimulatorConfig",
    "create_simulator",
]
