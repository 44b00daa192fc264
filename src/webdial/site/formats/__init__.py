"""How dates and times look in each language (Django's FORMAT_MODULE_PATH)."""
