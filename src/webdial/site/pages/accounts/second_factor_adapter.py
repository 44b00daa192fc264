"""What allauth asks of the site about second factors: names, and how their secrets are kept."""

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from webdial.language import translate
from webdial.site.domain.credentials import seal
from webdial.site.domain.sealed_places import place_of_second_factor


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {  # noqa: RUF012 - allauth's own type
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This is not the code, or it was used already."),
    }

    def encrypt(self, text: str) -> str:
        return seal().close(text, place=place_of_second_factor())

    def decrypt(self, encrypted_text: str) -> str:
        return seal().open(encrypted_text, place=place_of_second_factor())

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return f"Webdial:{user.get_username()}"

    def generate_authenticator_name(
        self,
        user: AbstractBaseUser,
        type: Authenticator.Type,  # noqa: A002 - as the library calls it
    ) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return translate("Passkey {count}", count=count + 1)

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, object]:
        entity: dict[str, object] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": str(user), "name": user.get_username()}

    def _get_site_name(self) -> str:
        return translate("Webdial at {get_host}", get_host=context.request.get_host())
