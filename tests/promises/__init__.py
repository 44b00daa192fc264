"""One file for each promise of THREAT_MODEL.md: tried as an attacker would, and where else it is proven."""
