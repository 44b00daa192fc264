"""Mails are sent behind the answer, where nobody waits who could be told of a fault."""

import threading

import pytest

from webdial.site.pages.accounts.mails import send_later


def test_fault_behind_the_answer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("an odd address")

    send_later(fail)
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join()
    (record,) = caplog.records
    assert (record.name, record.message) == ("webdial.mail", "a mail could not be sent")
    assert "an odd address" in caplog.text
