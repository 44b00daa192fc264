"""A marked secret, planted everywhere and looked for everywhere."""
