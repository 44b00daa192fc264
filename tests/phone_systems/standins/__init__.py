"""Stand-ins for real phone systems, each written from its published facts and from nothing of ours."""
