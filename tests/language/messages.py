"""Collects the texts that are marked for translation and compiles what is translated (needs gettext).

    python3 dev.py messages              collect into every catalogue, compile them
    python3 dev.py messages --complete   fail besides where a text has no translation

A catalogue says in which files a text stands, but neither lines nor dates: what has not changed looks
the same.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.utils.translation.template import templatize

import webdial
from tests.language.catalogue import Catalogue, read_catalogue

SOURCE: Final = Path(webdial.__file__).parent
TEMPLATES: Final = SOURCE / "site" / "templates"
LOCALE: Final = SOURCE / "site" / "locale"
NAME: Final = "django.po"
"""Django's name for its own catalogues: so one look-up finds its texts and ours."""

KEYWORDS: Final = (
    *("translate", "translate_count:1,2", "translatable", "Kept"),
    *("gettext", "gettext_lazy", "gettext_noop", "_", "ngettext:1,2", "ngettext_lazy:1,2"),
    *("pgettext:1c,2", "pgettext_lazy:1c,2", "npgettext:1c,2,3"),
)
HEADER: Final = """\
msgid ""
msgstr ""
"Project-Id-Version: Webdial\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def main() -> int:
    options = _options().parse_args()
    if not shutil.which("xgettext"):
        print("This needs gettext. On Debian: apt-get install gettext")
        return 1
    with tempfile.TemporaryDirectory(prefix="webdial-messages-") as folder:
        template = collect(Path(folder))
        for language in languages():
            merge(template, catalogue_of(language), language)
            compile_catalogue(catalogue_of(language))
    return tell(is_complete_wanted=options.complete)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="dev.py messages", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    options.add_argument("--complete", action="store_true", help="fail where one is missing")
    return options


def languages() -> list[str]:
    return sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir())


def catalogue_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / NAME


def collect(folder: Path) -> Path:
    """Every marked text, in the order of files and lines; written into `folder`, which is empty."""
    names = sorted(_sources(folder))
    (folder / "names").write_text("\n".join(names), encoding="utf-8")
    template = folder / "messages.pot"
    _run(
        *("xgettext", "--language=Python", "--from-code=UTF-8", "--no-wrap"),
        *("--add-location=file", "--keyword", *(f"--keyword={word}" for word in KEYWORDS)),
        *("--add-comments=Translators", "--files-from=names", f"--output={template.name}"),
        within=folder,
    )
    return template


def _sources(folder: Path) -> Iterator[str]:
    """Copies Python as it is, templates as Python that marks the same texts."""
    for path in SOURCE.rglob("*.py"):
        yield _copy(folder, path, path.read_text(encoding="utf-8"))
    for path in (each for each in TEMPLATES.rglob("*") if each.suffix in {".html", ".txt"}):
        yield _copy(folder, path, templatize(path.read_text(encoding="utf-8"), str(path)))


def _copy(folder: Path, path: Path, text: str) -> str:
    name = path.relative_to(SOURCE).as_posix()
    copy = folder / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text, encoding="utf-8")
    return name


def merge(template: Path, catalogue: Path, language: str) -> None:
    """Bring a catalogue to the texts of `template`: none is guessed, those no longer used go."""
    if not catalogue.exists():
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        catalogue.write_text(HEADER.format(language=language), encoding="utf-8")
    with_header = template.with_name("with-header.pot")
    _, _, texts = template.read_text(encoding="utf-8").partition("\n\n")
    text = HEADER.format(language=language) + "\n" + texts
    with_header.write_text(text, encoding="utf-8")
    merged = template.with_name("merged.po")
    _run("msgmerge", "--quiet", "--no-fuzzy-matching", "--no-wrap", f"--output-file={merged}",
         str(catalogue), str(with_header))  # fmt: skip
    _run("msgattrib", "--no-obsolete", "--no-wrap", f"--output-file={catalogue}", str(merged))


def compile_catalogue(catalogue: Path) -> None:
    _run(
        "msgfmt", "--check-format", f"--output-file={catalogue.with_suffix('.mo')}", str(catalogue)
    )


def tell(*, is_complete_wanted: bool) -> int:
    left = 0
    for language in languages():
        catalogue = read_catalogue(catalogue_of(language))
        missing = untranslated(catalogue)
        left += len(missing)
        print(f"{language}: {len(catalogue.entries)} texts, {len(missing)} not translated")
        for text in missing if is_complete_wanted else ():
            print(f"  {text!r}")
    return 1 if left and is_complete_wanted else 0


def untranslated(catalogue: Catalogue) -> list[str]:
    return [each.text for each in catalogue.entries if not all(each.translations)]


def _run(*command: str, within: Path | None = None) -> None:
    subprocess.run(command, check=True, cwd=within)


if __name__ == "__main__":
    sys.exit(main())
