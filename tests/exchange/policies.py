"""Network policies for tests: requests go to what a test allows, and nowhere else."""

from webdial.exchange.allowed_hosts import read_allowed_hosts
from webdial.exchange.guarded_connections import PolicySource
from webdial.exchange.network_policy import NetworkPolicy


def allowing(hosts: str) -> PolicySource:
    """As the setting Allowed Hosts with this value, and no host named anywhere else."""
    policy = NetworkPolicy(allowed=read_allowed_hosts(hosts))
    return lambda: policy


THIS_MACHINE = allowing("localhost")
"""Where the tests' servers are."""
