"""Sign-ins of users at phone systems, kept sealed; a SignInStore over the database."""

from datetime import datetime

import orjson
from django.utils import timezone

from webdial.exchange.sign_ins import SignedIn
from webdial.language import translatable
from webdial.site.domain.changes import keep_act
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.credentials import seal
from webdial.site.domain.phone_systems import key_of_filled_in
from webdial.site.domain.sealed_places import place_of_sign_in
from webdial.site.models import ChangeSubject, PhoneSystemSetup, PhoneSystemSignIn, User
from webdial.site.threads import in_database_thread


def signed_in(setup_id: int, user_id: int) -> SignedIn | None:
    """What the user's sign-in gave. Raises CredentialUnreadableError."""
    row = PhoneSystemSignIn.objects.filter(setup_id=setup_id, user_id=user_id).first()
    if row is None:
        return None
    kept = orjson.loads(seal().open(row.sealed, place=place_of_sign_in(setup_id, user_id)))
    until = kept["until"]
    return SignedIn(
        kept["access_token"],
        None if until is None else datetime.fromisoformat(until),
        kept["refresh_token"],
    )


def keep_sign_in(setup_id: int, user_id: int, given: SignedIn) -> None:
    """Keep what a new sign-in gave, in place of an older one; the user may dial from then on."""
    sealed = _sealed(setup_id, user_id, given)
    with configuration_change():
        PhoneSystemSignIn.objects.update_or_create(
            setup_id=setup_id,
            user_id=user_id,
            defaults={"sealed": sealed, "signed_in_at": timezone.now()},
        )
        _keep_act(setup_id, user_id, translatable("signed in"))


def renew_sign_in(setup_id: int, user_id: int, given: SignedIn) -> None:
    """Keep renewed tokens of a sign-in that is still there; one that was ended stays ended."""
    rows = PhoneSystemSignIn.objects.filter(setup_id=setup_id, user_id=user_id)
    rows.update(sealed=_sealed(setup_id, user_id, given))


def end_sign_in(setup_id: int, user_id: int) -> None:
    with configuration_change():
        if PhoneSystemSignIn.objects.filter(setup_id=setup_id, user_id=user_id).delete()[0]:
            _keep_act(setup_id, user_id, translatable("signed out"))


def _keep_act(setup_id: int, user_id: int, action: str) -> None:
    setup = PhoneSystemSetup.objects.values_list("name", flat=True).get(pk=setup_id)
    user = User.objects.values_list("name", flat=True).get(pk=user_id)
    key = key_of_filled_in(setup_id, user_id)
    keep_act(ChangeSubject.FILLED_IN, key, f"{setup} for {user}", action)


def _sealed(setup_id: int, user_id: int, given: SignedIn) -> str:
    content = {
        "access_token": given.access_token,
        "until": None if given.until is None else given.until.isoformat(),
        "refresh_token": given.refresh_token,
    }
    return seal().close(orjson.dumps(content).decode(), place=place_of_sign_in(setup_id, user_id))


class DatabaseSignIns:
    """A SignInStore over the database."""

    async def find(self, setup_id: int, user_id: int) -> SignedIn | None:
        return await in_database_thread(lambda: signed_in(setup_id, user_id))

    async def keep(self, setup_id: int, user_id: int, signed_in: SignedIn) -> None:
        await in_database_thread(lambda: renew_sign_in(setup_id, user_id, signed_in))
