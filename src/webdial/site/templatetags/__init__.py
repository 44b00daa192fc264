"""Words of Django's template language that pages need beyond its own."""
