"""For pages that show the history and the notes of the call log."""

from django import template

from webdial.site.pages.kept_words import told_answer, told_label, told_note, told_source, told_why

register = template.Library()
register.filter("told_label", told_label)
register.filter("told_note", told_note)
register.filter("told_source", told_source)
register.filter("told_answer", told_answer)
register.filter("told_why", told_why)
