"""The helper on the user's own machine, and the server's side of it."""
