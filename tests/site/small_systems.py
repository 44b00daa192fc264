"""Small phone systems for the tests of what users fill in: their files, set up."""

from typing import Final

from webdial.phonesystems import Owner
from webdial.site.domain.phone_systems import SITE, SetupDetails, fill_in, save_setup
from webdial.site.models import PhoneSystemSetup

_HEAD: Final = """
title = "Small PBX"
vendor = "Nobody"
about = "A phone system of the tests"
kind = "pbx"
confidence = "own"
sources = ["https://pbx.example/manual"]
notes = []
unknown = []
sent_from = "server"
rings_first = "caller"

[number]
format = "as dialled"
"""

DESK: Final = (
    _HEAD
    + """
[fields.host]
label = "Address"
kind = "host"

[fields.port]
label = "Port"
kind = "port"
default = "80"

[fields.login]
label = "User name"
of = "user"

[fields.device]
label = "Device"
of = "phone"

[secrets.site_key]
label = "Key of the site"

[secrets.password]
label = "Password"
of = "user"

[secrets.pin]
label = "PIN of the phone"
of = "phone"

[dial]
request = '{POST}{BASIC {login}:{password}}{HEADER X-Site: {site_key}}http://{host}:{port}/dial<&>to=#<&>device={device}<&>pin={pin}'
success = "status = 2xx"
message = "text"
"""
)
"""Something of everybody: the site, the user, the phone; fields and secrets."""

SHARED: Final = (
    _HEAD
    + """
[fields.own_number]
label = "Own number"
of = "user"

[secrets.api_key]
label = "API key"

[dial]
request = '{POST}{HEADER X-Key: {api_key}}http://pbx.example/dial<&>from={own_number}<&>to=#'
"""
)
"""The site's key proves everything: whose number it is said to be is not the user's to say."""

PROGRAM: Final = (
    _HEAD.replace('"server"', '"user\'s machine"')
    + """
[fields.port]
label = "Port of the program"
kind = "port"
default = "8000"
of = "user"

[dial]
request = '{OPEN}http://127.0.0.1:{port}/dial?to=#'
"""
)

SIGN_IN: Final = (
    _HEAD
    + """
[fields.port]
label = "Port"
kind = "port"

[fields.client_id]
label = "Client id"

[secrets.client_secret]
label = "Client secret"

[sign_in]
authorize = 'http://127.0.0.1:{port}/authorize?response_type=code&client_id={client_id}&redirect_uri={redirect_uri}&state={state}&code_challenge={code_challenge}&code_challenge_method=S256'
token = '{POST}{BASIC {client_id}:{client_secret}}http://127.0.0.1:{port}/token<&>grant_type=authorization_code<&>code={code}<&>redirect_uri={redirect_uri}<&>code_verifier={code_verifier}'
refresh = '{POST}{BASIC {client_id}:{client_secret}}http://127.0.0.1:{port}/token<&>grant_type=refresh_token<&>refresh_token={refresh_token}'
access_token = "json access_token"
new_refresh_token = "json refresh_token"
lasts_s = "json expires_in"
message = "json error_description"
expired = "status = 401"

[dial]
request = '{POST}{JSON}{BEARER {access_token}}http://127.0.0.1:{port}/dial<&>to=#'
success = "status = 2xx"
message = "json message"
"""
)


def add_system(name: str, source: str, **site: str) -> PhoneSystemSetup:
    """Set one up, with these values of the site's."""
    setup = save_setup(SetupDetails(name, source=source))
    if site:
        fill_in(setup, site, owners=[Owner.SITE], whose=SITE)
    return setup


def add_desk(name: str = "Desk", *, port: int = 80) -> PhoneSystemSetup:
    return add_system(name, DESK, host="127.0.0.1", port=str(port), site_key="site key 1")


def add_sign_in(name: str = "Cloud", *, port: int) -> PhoneSystemSetup:
    return add_system(
        name, SIGN_IN, port=str(port), client_id="webdial", client_secret="client secret 1"
    )
