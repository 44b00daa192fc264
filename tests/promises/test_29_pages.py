"""Pages run no foreign script, load nothing from elsewhere, cannot be framed, and are not kept."""

from collections.abc import Iterator

import pytest

from tests.promises.attacked import AttackedSite, Attacker
from tests.promises.proofs import proven_by
from tests.server import Installation, Server

KINDS = [
    "/dial",
    "/sign-in",
    "/no-such-page",
    "/api/v1/docs",
    "/api/v1/phones",
    "/healthz",
    "/metrics",
]
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

test_proven_elsewhere = proven_by(
    "tests/site/test_every_page.py::test_every_page",
    "tests/site/test_link_targets.py::test_every_page_lets_forms_lead_to_links_alone",
)


def policy_of(text: str) -> dict[str, str]:
    return {
        name: value for name, _, value in (each.strip().partition(" ") for each in text.split(";"))
    }


@pytest.mark.parametrize("path", KINDS)
def test_every_kind_of_answer_is_guarded(attacked: AttackedSite, path: str) -> None:
    answer = attacked.browser("carl").get(path)
    headers = answer.headers
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_all("Referrer-Policy") == ["same-origin"]
    assert headers.get_all("Cross-Origin-Opener-Policy") == ["same-origin"]
    assert headers.get_all("Cross-Origin-Resource-Policy") == ["same-origin"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert "no-store" in headers["Cache-Control"]
    (policy,) = headers.get_all("Content-Security-Policy") or []
    parts = policy_of(policy)
    assert parts["default-src"] == parts["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy
    assert headers["Server"] is None
    assert headers["Strict-Transport-Security"] is None


def test_policy_of_pages_is_this_and_no_wider(attacked: AttackedSite) -> None:
    answer = attacked.browser("carl").get("/dial")
    policy = policy_of(answer.headers["Content-Security-Policy"])
    # Links that a setting leads to: everybody's, and that of a branch of test_04 on the same site.
    assert (
        {"'self'", "tel:"} <= set(policy.pop("form-action").split()) <= {"'self'", "tel:", "dial:"}
    )
    assert policy == POLICY
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_files_are_for_pages_of_others_as_well(attacked: AttackedSite) -> None:
    answer = attacked.nobody().get("/static/x/webdial.js")
    assert answer.status == 200
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]


@pytest.fixture(scope="module")
def by_https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    installation = Installation(tmp_path_factory.mktemp("https"))
    installation.extra_environment = {"WEBDIAL_HTTPS": "yes"}
    installation.prepare()
    with installation.serving() as server:
        yield server


def test_cookies_of_a_site_by_https_are_its_own(by_https: Server) -> None:
    nobody = Attacker(by_https.address)
    answer = nobody.ask("GET", "/sign-in", headers={"X-Forwarded-Proto": "https"})
    (cookie,) = answer.headers.get_all("Set-Cookie") or []
    name, _, rest = cookie.partition("=")
    assert name == "__Host-csrftoken"
    said = {each.strip().lower() for each in rest.split(";")}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= said
    assert not any(each.startswith("domain") for each in said)


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/phones", "/static/x/app.css", "/healthz"])
def test_site_by_https_is_asked_by_https_alone(by_https: Server, path: str) -> None:
    answer = Attacker(by_https.address).get(path)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_session_of_a_site_by_https_is_bound_to_its_host(by_https: Server) -> None:
    nobody = Attacker(by_https.address, headers={"X-Forwarded-Proto": "https"})
    nobody.headers["Referer"] = by_https.address.replace("http:", "https:") + "/sign-in"
    nobody.cookies["__Host-csrftoken"] = "a" * 32
    form = f"csrfmiddlewaretoken={'a' * 32}&username=carl&password=wrong".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = nobody.ask("POST", "/sign-in", body=form, headers=headers)
    assert answer.status in {200, 422}
    nobody.cookies = {"csrftoken": "a" * 32}  # as another host of the domain could set it
    assert nobody.ask("POST", "/sign-in", body=form, headers=headers).status == 403
