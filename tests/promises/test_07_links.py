"""Links cannot run anything but a program that is registered for their scheme."""

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/dialstring/test_properties.py::test_values_never_change_the_shape_of_a_link"
)


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(#)", "JaVaScRiPt:alert(#)", "data:text/html,#", "vbscript:#", "file:///#", "about:#",
     "blob:#", "view-source:http://#", "java\tscript:alert(#)", " javascript:#", "ms-msdt:/id #"],
)  # fmt: skip
def test_dial_string_that_runs_is_refused(attacked: AttackedSite, link: str) -> None:
    before = attacked.rows("webdial_generalsetting")
    done = attacked.installation.run("setting", "set", "Use Web Phone Dialling Mechanism", link)
    assert done.returncode != 0
    assert attacked.rows("webdial_generalsetting") == before
