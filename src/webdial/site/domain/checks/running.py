"""Runs the checks that need Django, in order, as far as they can be run."""

from collections.abc import Iterator

from django.core.checks import CheckMessage
from django.utils import timezone

from webdial.environment import Environment
from webdial.site.databases import Database
from webdial.site.domain.checks.database import check_database, newest_moment, time_of_database
from webdial.site.domain.checks.machine import check_clock, check_disk
from webdial.site.domain.checks.network import check_network
from webdial.site.domain.checks.pauses import check_pauses
from webdial.site.domain.checks.people import check_people, has_administrator
from webdial.site.domain.checks.phone_systems import catalogue_ids_by_setup, check_phone_systems
from webdial.site.domain.checks.ringing import check_ringing
from webdial.site.domain.checks.secrets import check_secrets
from webdial.site.domain.checks.settings import check_function, check_settings
from webdial.site.domain.configuration import load_configuration


def check_installation(environment: Environment, database: Database) -> Iterator[CheckMessage]:
    """All that is wrong, part by part; the configuration only when the database can be read."""
    yield from check_disk(environment.data)
    if stops := check_database(database):
        yield from stops
        return
    now = timezone.now()
    yield from check_clock(now, newest=newest_moment(), database=time_of_database())
    yield from check_secrets(environment)
    configuration = load_configuration()
    yield from check_settings(configuration)
    yield from check_function(configuration)
    yield from check_network(configuration)
    yield from check_ringing(configuration)
    yield from check_phone_systems(configuration, catalogue_ids_by_setup(), now=now)
    yield from check_pauses()
    yield from check_people(configuration, has_administrator=has_administrator())
