"""How are numbers of things written, on pages and in a terminal?"""


def count(value: int, one: str, many: str = "") -> str:
    """A number of things.

    >>> count(1, "link"), count(1200, "link"), count(2, "country", "countries")
    ('1 link', '1,200 links', '2 countries')
    """
    return f"{value:,} {one if value == 1 else many or one + 's'}"
