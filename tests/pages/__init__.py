"""Every page of the site, walked through in a real browser.

`filling` makes rows for every page, `addresses` tells which pages there are, `site` runs and opens
them. A test looks at each of them (tests/site/test_every_page.py); two commands save them as pictures
and hold their HTML to the standard.
"""
