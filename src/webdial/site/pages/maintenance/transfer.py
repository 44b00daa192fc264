"""Maintenance | Import and Export: tables to take away, templates, and a file to bring in."""

from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import InvalidValueError, WebdialError
from webdial.language import translatable, translate
from webdial.site.domain.transfer.acts import SUBJECTS, export_table, read_file, template_table
from webdial.site.domain.transfer.csv_files import ENCODINGS
from webdial.site.domain.transfer.files import FileKind, check_size
from webdial.site.domain.transfer.limits import MAX_FILE_BYTES, MAX_ROWS
from webdial.site.domain.transfer.subject import Subject
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.waiting_file import WaitingFile
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import administrator
from webdial.site.pages.shown_errors import ShownError, show_error

_ENCODING_TITLES: Final = {"": translatable("Find it out"), "utf-8": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16"}  # fmt: skip


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: PageRequest) -> HttpResponse:
    """What there is to export, and the form for a file; a file that can be read is then previewed."""
    if request.method != "POST":
        return _render(request, request.GET.get("subject", ""), "")
    chosen, encoding = request.POST.get("subject", ""), request.POST.get("encoding", "")
    try:
        subject = _chosen_subject(chosen)
        name, content = _uploaded(request)
        given = read_file(subject, content, encoding=encoding)
    except WebdialError as error:
        return _render(request, chosen, encoding, show_error(error))
    WaitingFile(subject, name, given).keep(request)
    return redirect("maintenance:import-preview")


@administrator
@require_safe
def export(request: PageRequest, subject: str, kind: str) -> HttpResponse:
    del request  # its user may: that is all it is needed for
    return _download(_subject(subject), _kind(kind), is_template=False)


@administrator
@require_safe
def template(request: PageRequest, subject: str, kind: str) -> HttpResponse:
    del request  # as above
    return _download(_subject(subject), _kind(kind), is_template=True)


def _download(subject: Subject, kind: FileKind, *, is_template: bool) -> HttpResponse:
    make, word = (template_table, "-template") if is_template else (export_table, "")
    name = f"webdial-{subject.name}{word}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(make(subject, kind), content_type=kind.media_type, headers=headers)


def _chosen_subject(name: str) -> Subject:
    if name not in SUBJECTS:
        raise InvalidValueError(translate("Choose what the file holds."), field="subject")
    return SUBJECTS[name]


def _uploaded(request: PageRequest) -> tuple[str, bytes]:
    """Name and content of the file. Raises InvalidValueError when there is none, or too much of it."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise InvalidValueError(translate("Choose a file."), field="file")
    check_size(file.size or 0)
    shown = "".join(c for c in file.name or "" if c.isprintable())[:120]
    return shown or translate("the file"), file.read()


def _render(
    request: PageRequest, chosen: str, encoding: str, error: ShownError | None = None
) -> HttpResponse:
    context = {
        "subjects": SUBJECTS.values(),
        "chosen": chosen if chosen in SUBJECTS else "users",
        "encodings": [(each, translate(_ENCODING_TITLES[each])) for each in ("", *ENCODINGS)],
        "encoding": encoding,
        "most_megabytes": MAX_FILE_BYTES // 1024**2,
        "most_rows": MAX_ROWS,
    }
    return render_form(request, "maintenance/transfer/start.html", context, error)


def _subject(name: str) -> Subject:
    if name not in SUBJECTS:
        raise Http404(translate("There is no such table."))
    return SUBJECTS[name]


def _kind(name: str) -> FileKind:
    if name not in set(FileKind):
        raise Http404(translate("There is no such kind of file."))
    return FileKind(name)
