"""A secret serves those whose it is, and no log-in made with it is shared wider."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.log_in_system import LogInSystem
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/exchange/test_system_calls.py::test_other_values_are_another_log_in",
    "tests/secrets/test_planted_secret.py::test_refused_forms_give_no_secret_back",
    "tests/dialstring/test_shapes.py::test_result_of_a_function_takes_no_values",
)

MECHANISM: Final = "Use Web Phone Dialling Mechanism"
PLANTED: Final = "Qz9secretOfTheBusinessZq"
_SET_UP: Final = """
from tests.site.small_systems import add_system
from tests.promises.log_in_system import FILE
add_system("Vault", FILE, port={port!r}, site_key="key of the site")
"""
_FILL_IN: Final = """
from webdial.site.domain.personal_values import fill_in_personally
from webdial.site.domain.user_phones import save_phone
from webdial.site.models import PhoneSystemSetup, User
vault = PhoneSystemSetup.objects.get(name="Vault")
for login in ("nina", "omar"):
    user = User.objects.get(login=login)
    own = {"password": f"password of {login}", "pin": f"desk of {login}"}
    fill_in_personally(vault, own, user=user, as_administrator=True)
    home = save_phone(user, label=f"Home of {login}", extension="441", setup=vault)
    fill_in_personally(vault, {"pin": f"home of {login}"}, user=user, phone=home, as_administrator=True)
"""


@pytest.fixture(scope="module")
def vault(attacked: AttackedSite) -> Iterator[LogInSystem]:
    """Nina and Omar have secrets in it, Pia has none; the business has one for all."""
    with LogInSystem() as system:
        attacked.installation.execute(_SET_UP.format(port=str(system.server_port)))
        for login in ("nina", "omar", "pia"):
            attacked.hire(login, {MECHANISM: "Vault", "Same Call Within": "0"})
        attacked.installation.execute(_FILL_IN)
        attacked.hire("quentin")  # the server has then taken up what was filled in
        yield system


@pytest.fixture(autouse=True)
def nothing_asked(vault: LogInSystem) -> None:
    vault.calls.clear()


def test_log_in_of_one_is_not_used_for_another(attacked: AttackedSite, vault: LogInSystem) -> None:
    """By turns, so that each finds the other's log-in fresh."""
    for login in ("nina", "omar", "nina", "omar"):
        answer = attacked.program(login).call("01632960901")
        assert (answer.status, answer.json()["outcome"]) == (201, "accepted"), answer.body
    by = [call["by"] for call in vault.calls]
    assert by == ["Bearer token of password of nina", "Bearer token of password of omar"] * 2
    assert [each["password"] for each in vault.log_ins] == ["password of nina", "password of omar"]
    assert {each["key"] for each in vault.log_ins} == {"key of the site"}


def test_who_has_no_secret_dials_by_nobody_elses(
    attacked: AttackedSite, vault: LogInSystem
) -> None:
    attacked.program("nina").call("01632960902")
    before = len(vault.log_ins), len(vault.calls)
    answer = attacked.program("pia").call("01632960903")
    assert answer.status == 409
    assert (len(vault.log_ins), len(vault.calls)) == before
    for part in ("password of", "desk of", "home of", "token of"):
        assert part not in answer.body


def test_secret_of_a_phone_goes_with_that_phone_alone(
    attacked: AttackedSite, vault: LogInSystem
) -> None:
    nina = attacked.program("nina")
    assert nina.call("01632960904", phone="Home of nina").status == 201
    assert nina.call("01632960905").status == 201
    assert attacked.program("omar").call("01632960906", phone="Home of nina").status == 404
    assert attacked.program("pia").call("01632960907", phone="Home of nina").status == 404
    assert [call["pin"] for call in vault.calls] == ["home of nina", "desk of nina"]


@pytest.mark.parametrize("phone", ["", "theirs"])
@pytest.mark.parametrize("named", ["user", "user_id", "owner", "login"])
def test_form_fills_in_nothing_for_somebody_else(
    attacked: AttackedSite, vault: LogInSystem, phone: str, named: str
) -> None:
    """Pia may fill in her own. She cannot name another user, nor take over their phone."""
    ((vault_id,),) = attacked.select("SELECT id FROM webdial_phonesystemsetup WHERE name = 'Vault'")
    ((of_omar,),) = attacked.select("SELECT id FROM webdial_userphone WHERE label = 'Home of omar'")
    omar, pia = attacked.people["omar"].user_id, attacked.people["pia"].user_id
    kept = f"SELECT user_id, value FROM webdial_phonesystemvalue WHERE user_id IS NOT {pia} ORDER BY id"
    before, chosen = attacked.select(kept), str(of_omar) if phone else ""
    typed = {f"s{vault_id}-p{chosen}-{name}": "stolen" for name in ("password", "pin", "site_key")}
    answer = attacked.browser("pia").submit(
        f"/phones/systems/{vault_id}", phone=chosen, **{named: str(omar)}, **typed
    )
    assert answer.status in ({404} if phone else {302, 422})
    assert attacked.select(kept) == before
    assert attacked.program("omar").call("01632960908").status == 201
    assert vault.calls[-1]["by"] == "Bearer token of password of omar"
    assert {each["key"] for each in vault.log_ins} == {"key of the site"}


@pytest.mark.parametrize(
    "name", ["{secret SAFE9}", "{SECRET SAFE9}", "{{secret SAFE9}}", "{BASIC x:{secret SAFE9}}"]
)
def test_function_names_no_secret(attacked: AttackedSite, vault: LogInSystem, name: str) -> None:
    """Its author decides the dial string, and is not trusted with secrets of the business."""
    installation, address = attacked.installation, f"http://127.0.0.1:{vault.server_port}"
    installation.run("credential", "set", "SAFE9", stdin=f"{PLANTED}\n")
    installation.run_all(["setting", "set", "Allowed Hosts", f"127.0.0.1:{vault.server_port}"])
    source = installation.folder / "secret.sql"
    made = f"{name}{address}/?to=#" if name.startswith("{BASIC") else f"{address}/?key={name}&to=#"
    source.write_text(
        'alter function "dba"."GenerateWEBDialURL"(in "Number" char(100)) returns long varchar\n'
        f"begin return '{made}'; end;\n",
        encoding="utf-8",
    )
    assert installation.run("function", "set", str(source)).returncode == 0
    login = f"fay-{len(attacked.people)}"
    attacked.hire(login, {MECHANISM: "FUNCTION"})
    answer = attacked.program(login).call("01632960909")
    assert (answer.status, answer.json()["code"]) == (409, "function_result_faulty")
    assert PLANTED not in answer.body
    assert (vault.got, vault.calls) == ([], [])
