"""Does a form that writes come from this service's own page? Another site cannot know the token that stands in it."""

import secrets

from flask import Request, abort

from service.web.identity import token_of

FIELD = "token"


class Guard:
    """A token made anew with each start and for each session: pages of other sites cannot read ours."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(24)

    @property
    def token(self) -> str:
        """What stands in the forms of the request at hand."""
        return token_of(self._key)

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
