"""`webdial credential`, and `webdial dial --phone`, as they are run, on both databases."""

import asyncio
import re
from dataclasses import replace

from tests.server import Installation
from webdial.simulator.faults import FaultServer

SECRET = "marked-secret-3K"


def test_credential_is_set_listed_and_removed(installation: Installation) -> None:
    done = installation.run("credential", "set", "CRM key", stdin=f"{SECRET}\n")
    assert (done.returncode, done.stdout) == (0, "The credential CRM key is set.\n")
    listed = installation.run("credential", "list").stdout
    assert re.fullmatch(r"CRM key\t\d{4}-\d\d-\d\d \d\d:\d\d UTC\n", listed)
    done = installation.run("credential", "remove", "crm KEY")
    assert done.stdout == "The credential crm KEY is removed.\n"
    assert installation.run("credential", "list").stdout == ""
    done = installation.run("credential", "remove", "CRM key")
    assert (done.returncode, done.stderr) == (1, "There is no credential 'CRM key'.\n")


def test_secret_on_the_command_line_is_not_taken(installation: Installation) -> None:
    done = installation.run("credential", "set", "CRM", SECRET)
    assert done.returncode == 2
    assert installation.run("credential", "list").stdout == ""


def test_empty_secret_is_refused(installation: Installation) -> None:
    done = installation.run("credential", "set", "CRM", stdin="\n")
    assert (done.returncode, done.stderr) == (1, "The secret is empty.\n")


def test_key_is_changed_as_the_manual_says(installation: Installation) -> None:
    installation.run("credential", "set", "CRM", stdin=SECRET)
    old = (installation.folder / "credential.key").read_text().strip()
    new = installation.run("credential", "new-key").stdout.strip()
    assert new not in {old, installation.run("credential", "new-key").stdout.strip()}
    with_new = replace(installation, extra_environment={"WEBDIAL_CREDENTIAL_KEYS": new})
    refused = with_new.run("credential", "rotate")
    assert refused.returncode == 1
    assert "cannot be read with the key that is in use" in refused.stderr
    both = {"WEBDIAL_CREDENTIAL_KEYS": f"{new},{old}"}
    done = replace(installation, extra_environment=both).run("credential", "rotate")
    assert done.stdout == "1 secret sealed anew under the first key.\n"
    assert with_new.run("credential", "rotate").returncode == 0
    assert installation.run("credential", "rotate").returncode == 1
    installation.run("credential", "remove", "CRM")


def test_key_that_is_none_is_refused(installation: Installation) -> None:
    wrong = replace(installation, extra_environment={"WEBDIAL_CREDENTIAL_KEYS": "too short"})
    done = wrong.run("credential", "set", "CRM", stdin=SECRET)
    assert done.returncode == 1
    assert "A credential key is not 32 bytes in base64url." in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stdout + done.stderr


async def test_credential_is_sent_and_a_chosen_phone_rings(installation: Installation) -> None:
    installation.run("credential", "set", "CRM", stdin=SECRET)
    installation.execute(
        "from webdial.site.domain.user_phones import save_phone\n"
        "from webdial.site.models import User\n"
        "save_phone(User.objects.get(login='carl'), label='Home', extension='441')"
    )
    async with FaultServer() as pbx:
        installation.dial_by("{BEARER {secret CRM}}" + pbx.url("", "/?from=^&to=#"))
        dial = ("dial", "020 7946 0123", "--user", "carl", "--phone")
        done = await asyncio.to_thread(installation.run, *dial, "home")
        assert done.returncode == 0, done.stderr
        assert [request.target for request in pbx.requests] == ["/?from=441&to=02079460123"]
        assert pbx.requests[0].header("Authorization") == f"Bearer {SECRET}"
        done = await asyncio.to_thread(installation.run, *dial, "Attic")
        assert done.returncode == 1
        assert "You have no phone “Attic”." in done.stderr
        assert pbx.requests_seen == 1
        with installation.serving() as server:
            through = {"WEBDIAL_SERVER": server.address, "WEBDIAL_TOKEN": installation.token}
            caller = replace(installation, extra_environment=through)
            done = await asyncio.to_thread(caller.run, "dial", "020 7946 0124", "--phone", "Home")
        assert done.returncode == 0, done.stderr
        assert pbx.requests[1].target == "/?from=441&to=02079460124"
