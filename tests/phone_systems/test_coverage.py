"""The catalogue has every phone system whose facts are known, and each is tried by a test."""

from pathlib import Path

import pytest

import webdial

CATALOGUE = Path(webdial.__file__).parent / "phonesystems" / "catalogue"
TESTS = Path(__file__).parent

# Every system that was found to start calls by HTTP or by a link, by kind.
SYSTEMS = [
    "3cx-call-control",
    "3cx-http-api-v12",
    "asterisk-ami-http",
    "asterisk-ari",
    "cisco-cucm-webdialer-soap",
    "freepbx",
    "freeswitch-xmlrpc",
    "fritzbox-tr064",
    "fusionpbx-click-to-call",
    "grandstream-ucm",
    "innovaphone-soap",
    "kamailio-jsonrpcs",
    "seed-avaya-phone-asmx",
    "seed-makecall-path",
    "starface-uci",
    "teleforge-click2dial",
    "wazo-calld",
    "yeastar-p-series",
    "yeastar-s-series",
    "aircall-start-call",
    "broadworks-xsi",
    "cloudcall",
    "dialpad-initiate-call",
    "exotel-connect",
    "goto-connect",
    "ivozprovider-click2call",
    "kazoo-clicktocall",
    "netsapiens-v1",
    "nfon-cti",
    "opens-click-to-call",
    "ovh-click2call",
    "placetel-calls",
    "plivo-call",
    "ringcentral-ringout",
    "ringover-callback",
    "sipgate-sessions-calls",
    "telavox-dial",
    "telnyx-calls",
    "twilio-calls",
    "voipgrid-clicktodial",
    "vonage-business",
    "vonage-voice",
    "webex-calling",
    "auerswald-comfortel",
    "cisco-phone-execute",
    "fanvil",
    "grandstream-gxp-grp",
    "htek-action-uri",
    "mitel-sip-phone-xml",
    "poly-vvx-rest",
    "snom-command",
    "yealink-action-uri",
    "baresip-httpd",
    "cisco-jabber-scheme",
    "jitsi-desktop",
    "linphone-scheme",
    "metaswitch-maxuc-client",
    "mia-csta",
    "microsip",
    "phonerlite",
    "zoiper-scheme",
    "callto-scheme",
    "ms-teams-deeplink",
    "ringcentral-scheme",
    "sip-scheme",
    "tel-scheme",
    "zoom-phone-scheme",
]


def test_list_is_whole() -> None:
    assert len(SYSTEMS) == len(set(SYSTEMS)) == 67


@pytest.mark.parametrize("system", SYSTEMS)
def test_catalogue_has_it(system: str) -> None:
    assert (CATALOGUE / f"{system}.toml").is_file()


@pytest.mark.parametrize("file", sorted(CATALOGUE.glob("*.toml")), ids=lambda file: file.stem)
def test_every_file_is_tried(file: Path) -> None:
    """By a test module that names it, with its stand-in or as a link."""
    tests = (path for path in TESTS.glob("test_*.py") if path.name != Path(__file__).name)
    assert any(f'"{file.stem}"' in path.read_text("utf-8") for path in tests)
