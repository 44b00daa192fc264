"""Somebody signed in, in a browser: typed the first time, from then on with the cookies of that time.

A password takes a second with the pages around it, by intent. Tests of signing in itself do not come here, nor do
those whose server takes up a setting meanwhile.
"""

from typing import Any

from playwright.async_api import Page

_cookies: dict[str, list[Any]] = {}
"""By sign-in name. Those of another test's server are of no use; then the name is typed again."""


async def sign_in(page: Page, address: str, login: str, password: str) -> None:
    """Show the page Dial of this user of the server at `address`."""
    await page.context.add_cookies(_cookies.get(login, []))
    await page.goto(f"{address}/dial")
    if "/sign-in" in page.url:
        await type_in(page, address, login, password)
        _cookies[login] = [dict(each) for each in await page.context.cookies(address)]


async def type_in(page: Page, address: str, login: str, password: str) -> None:
    """As a person signs in."""
    await page.goto(f"{address}/sign-in")
    await page.get_by_label("Sign-in name").fill(login)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url("**/dial")
