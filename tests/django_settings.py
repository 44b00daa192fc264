"""The program's own settings, over a data folder that goes with the tests.

With WEBDIAL_DATABASE_URL in the environment the same tests run on that database.
"""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="webdial-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["WEBDIAL_DATA"] = _folder
os.environ["WEBDIAL_HOSTS"] = "testserver,localhost,127.0.0.1"

from webdial.site.settings import *  # noqa: E402, F403 - the environment is set first

# Sign-in is tested by the way in, not by the time that hashing takes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
