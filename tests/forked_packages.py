"""Loads all packages of the program that ask for no settings while they are loaded (tests.forked)."""

import importlib

PACKAGES = (
    "aiohttp",
    "click",
    "cryptography.fernet",
    "django.contrib.auth.hashers",
    "django.contrib.auth.password_validation",
    "django.core.asgi",
    "django.core.management",
    "django.core.serializers",
    "django.core.serializers.json",
    "django.db.migrations.executor",
    "django.db.models",
    "django.forms",
    "django.template.defaultfilters",
    "django.template.loader",
    "django.urls",
    "fastapi",
    "filelock",
    "httptools",
    "jwt",
    "phonenumbers",
    "psycopg",
    "requests",
    "uvicorn",
    "webdial.cli",
    "webdial.exchange",
    "webdial.exchange.system_calls",
    "webdial.numbers",
    "webdial.phonesystems",
    "webdial.watcom",
)

for name in PACKAGES:
    importlib.import_module(name)
