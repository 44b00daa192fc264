"""Django's settings, made from the environment (webdial.environment)."""

import logging
import os
from copy import copy
from pathlib import Path

from webdial.environment import Environment
from webdial.site.assets import assets_version
from webdial.site.databases import chosen_database, django_database

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
    "django_htmx",
    "webdial.site",
]

# Every one of these can run without a thread, so that a waiting call costs none.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "webdial.site.pages.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("login", "name", "staff_id")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "dial"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Served by webdial.asgi straight from the packages; the version in the path lets browsers keep
# a file for ever.
STATIC_URL = f"/static/{assets_version()}/"

SESSION_COOKIE_SECURE = ENVIRONMENT.is_https_only
CSRF_COOKIE_SECURE = ENVIRONMENT.is_https_only
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576


class WithoutTraceback(logging.Formatter):
    """A line for a record, even if an exception made it.

    What is logged with the security loggers is a request that was refused as it should be: where in
    the program it was refused helps nobody, and whoever sends such requests fills the log.
    """

    def format(self, record: logging.LogRecord) -> str:
        shown = copy(record)
        shown.exc_info = shown.exc_text = None
        return super().format(shown)


_LINE = {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": _LINE, "without_traceback": {"()": WithoutTraceback, **_LINE}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "refusals": {"class": "logging.StreamHandler", "formatter": "without_traceback"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "webdial": {"level": "INFO"},
        # A number that cannot be dialled is told to who typed it; that is no news for a log.
        "django.request": {"level": "ERROR"},
        "django.security": {"handlers": ["refusals"], "propagate": False},
    },
}
