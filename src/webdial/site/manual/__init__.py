"""The manual as pages of the site, so that help is there without the internet.

`markdown` makes HTML of the forms that our pages use, `pages` finds a page by its name. Which page helps
with what is for the pages of the site to say.
"""

from webdial.site.manual.pages import INDEX, ManualPage, anchor_of, manual_page

__all__ = ["INDEX", "ManualPage", "anchor_of", "manual_page"]
