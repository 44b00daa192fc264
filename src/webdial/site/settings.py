"""Django's settings, made from the environment (webdial.environment)."""

import os
from pathlib import Path

from webdial.environment import Environment
from webdial.site.account_settings import (
    mail_server,
    mail_settings,
    provider,
    provider_settings,
    second_factor_rule,
    site_address,
)
from webdial.site.assets import assets_version
from webdial.site.databases import chosen_database, django_database
from webdial.site.log_lines import logging_settings

_HERE = Path(__file__).parent

ENVIRONMENT = Environment.of(os.environ)
DATABASE = chosen_database(ENVIRONMENT)

SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = ENVIRONMENT.hosts
DATABASES = {"default": django_database(DATABASE)}
DEBUG = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "webdial.site",
]

# Every one of these can run without a thread, so that a waiting call costs none.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "webdial.site.pages.language.language",
    "webdial.site.pages.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "webdial.site.pages.too_often.too_often",
    "webdial.site.pages.middleware.forms_only",
    "webdial.site.pages.middleware.session_seen",
    "webdial.site.pages.middleware.configuration_refresh",
]

ROOT_URLCONF = "webdial.site.pages.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "webdial.site.pages.one_time.one_time_id",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]

AUTH_USER_MODEL = "webdial.User"
AUTHENTICATION_BACKENDS = ["webdial.site.pages.accounts.backend.SignInBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("login", "name", "staff_id", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "webdial.site.password_rules.DifferentCharacters"},
]  # fmt: skip
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "dial"
LOGOUT_REDIRECT_URL = "sign-in"

SITE_ADDRESS = site_address(ENVIRONMENT)
SECOND_FACTOR_RULE = second_factor_rule(ENVIRONMENT)
MAIL_SERVER = mail_server(ENVIRONMENT)
globals().update(mail_settings(MAIL_SERVER))
PROVIDER = provider(ENVIRONMENT)

# allauth guards the doors; which pages it has and what they say is ours (webdial.site.pages.accounts).
ACCOUNT_ADAPTER = "webdial.site.pages.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# Failed attempts: by address, then by name. A whole office may stand behind one address.
# Who is signed in gives the password once more for some pages: ten times are far more than anybody needs.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "20/5m/ip,5/5m/key",
    "reauthenticate": "10/5m/user",
}
MFA_ADAPTER = "webdial.site.pages.accounts.second_factor_adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate_webauthn": "webdial.site.pages.accounts.passkey_forms.AskPasskey",
    "login_webauthn": "webdial.site.pages.accounts.passkey_forms.SignInPasskey",
    "reauthenticate_webauthn": "webdial.site.pages.accounts.passkey_forms.ConfirmPasskey",
    "add_webauthn": "webdial.site.pages.accounts.passkey_forms.NewPasskey",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Webdial"
# Clocks of phones go wrong by a few seconds (RFC 6238 section 5.2 allows one step).
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Whoever has a passkey guesses nothing; an office begins its day at one minute.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
SOCIALACCOUNT_ADAPTER = "webdial.site.pages.accounts.provider_adapter.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = provider_settings(PROVIDER)
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"

# Counts of failed attempts and codes that were used, seen by every process and node.
CACHES = {"default": {"BACKEND": "webdial.site.shared_cache.SharedCache"}}

# Texts are English where they stand. The names of languages are each in its own.
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [_HERE / "locale"]
FORMAT_MODULE_PATH = ["webdial.site.formats"]
LANGUAGE_COOKIE_NAME = "webdial_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_https_only
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Served by webdial.asgi straight from the packages; the version in the path lets browsers keep
# a file for ever.
STATIC_URL = f"/static/{assets_version()}/"

# By https their names forbid other hosts of the domain to set them (RFC 6265bis section 4.1.3.2). Lax and not
# strict: who comes from the company's provider, or by a link in a mail, would else be signed out.
_COOKIE_PREFIX = "__Host-" if ENVIRONMENT.is_https_only else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_SECURE = ENVIRONMENT.is_https_only
CSRF_COOKIE_SECURE = ENVIRONMENT.is_https_only
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

LOGGING = logging_settings(ENVIRONMENT.log_format)
