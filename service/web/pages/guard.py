"""Does a form that writes come from this service's own page? Another site cannot know the token that stands in it."""

import secrets

from flask import Request, abort

FIELD = "token"


class Guard:
    """A token made anew with each start. No cookie is needed: pages of other sites cannot read ours."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)

    def require(self, request: Request) -> None:
        """Refuse (403) a form without the token, and one that the browser says another site has sent."""
        token = request.form.get(FIELD, "").encode()
        elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if elsewhere or not secrets.compare_digest(token, self.token.encode()):
            abort(
                403,
                "Nothing was changed: the form does not come from this page, or the page is older than the running "
                "service. Open the page anew and decide again.",
            )
