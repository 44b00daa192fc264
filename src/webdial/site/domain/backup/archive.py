"""The file of a backup: written so that it is there whole or not at all, read so that it harms nothing."""

import os
import shutil
import tarfile
import tempfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Final

from webdial.errors import InvalidValueError
from webdial.site.domain.backup import manifest as kept
from webdial.site.domain.backup.manifest import Manifest, file_of, unreadable

_COMPRESSION: Final = 3
"""Of 9. More takes three times as long and saves little of a call log."""

_MOST_MANIFEST_BYTES: Final = 1 << 20


def write_archive(target: Path, folder: Path, manifest: Manifest) -> None:
    """The manifest and the files that it names, from `folder`. For its owner's eyes alone.

    Raises InvalidValueError when there is a file `target` already.
    """
    handle, made = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=_COMPRESSION) as archive:
                (folder / kept.NAME).write_bytes(manifest.written())
                for name in (kept.NAME, *manifest.files):
                    archive.add(folder / name, arcname=name, filter=_plain)
            out.flush()
            os.fsync(out.fileno())
        os.link(made, target)
    except FileExistsError as error:
        raise InvalidValueError(f"The file {target} is there already.", field="file") from error
    finally:
        Path(made).unlink()


def read_archive(source: Path, folder: Path) -> Manifest:
    """Put the files of a backup into `folder`, each compared with the manifest.

    Raises InvalidValueError, OSError. Names in the archive are never taken for paths.
    """
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            manifest = Manifest.read(_content(archive, kept.NAME, _MOST_MANIFEST_BYTES))
            if unknown := set(manifest.files) - {kept.DATABASE, *kept.KEYS}:
                raise unreadable(f"It holds what no backup does: {', '.join(sorted(unknown))}.")
            for name in manifest.files:
                _take_out(archive, name, folder / name, manifest)
    except (tarfile.TarError, zlib.error, EOFError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's fault and not the file's
        raise unreadable("It is no .tar.gz, or not all of one.") from error
    return manifest


def _content(archive: tarfile.TarFile, name: str, most: int) -> bytes:
    member = _member(archive, name)
    if member.size > most:
        raise unreadable("Its manifest is too long.")
    opened = archive.extractfile(member)
    assert opened is not None
    with closing(opened):
        return opened.read()


def _take_out(archive: tarfile.TarFile, name: str, file: Path, manifest: Manifest) -> None:
    member = _member(archive, name)
    if member.size != manifest.files[name].bytes:
        raise unreadable(f"{name} is not as long as the manifest says.")
    opened = archive.extractfile(member)
    assert opened is not None
    with closing(opened), file.open("xb") as out:
        shutil.copyfileobj(opened, out)
    if file_of(file) != manifest.files[name]:
        raise unreadable(f"{name} is not what the manifest says.")


def _member(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    try:
        member = archive.getmember(name)
    except KeyError as error:
        raise unreadable(f"{name} is missing.") from error
    if not member.isfile():
        raise unreadable(f"{name} is no file.")
    return member


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whose it was here says nothing where it goes."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
