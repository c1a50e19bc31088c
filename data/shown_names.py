"""How is a name shown that was recorded in capitals and raw quotes? Softer; the record stays as it is."""

import re
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPELLINGS = {
    word.upper(): word
    for word in _words(
        """
    GmbH gGmbH mbH KGaA eV eG SpA SpZoo SARL SAS Srl Scarl Scrl SL SLU SA NV BV BVBA CVBA vzw asbl ApS Lda
    Ltd PLC LLP Inc Corp Kft Zrt Nyrt doo dd sro ehf Oyj Abp UAB SIA EPE AE SNC SCA KG OHG AB AS ASA OY OU
    AG SE Co Sgps EOOD OOD EAD AD
    """
    )
}
"""Legal forms as they are usually written."""
SMALL = _words(
    """
    a af am an and at au aux az by da das de degli dei del dell della delle dem den der des di die din dla
    do dos du e een el en es et for fuer fur het i il im in kai la las le les los na o och of og on os
    pentru per pour pre si sur te the tis to ton tou und van ve von voor w with y z za zum zur
    """
)
"""Words that stay small inside a name."""
AFTER_SMALL = _words("LAS LOS")
"""Articles that stand at the beginning or after a small word; elsewhere they are an acronym."""
LONGEST_ACRONYM = 5
SHORT_WORDS = _words(
    """
    AGE AIR ALL ANT APP ARC ART BAR BAY BIG BIO BOX BUS BUT CAP CAR CIE DAY EAU ECO EGO END EST EYE FIT FLY
    GAS GEO HUB ICE JAN JET JOB KEY KIM LAB LAW LEE MAP MAX MAY MED MER MIX MON NET NEW NON OAK OIL ONE OUR
    PAY PRO RAI RAY RED RIO SAN SEA SKY SOL SUD SUN TEA TEN TOM TOP TOR TWO UNI VAL VIA WAY WEB WEI WIN YOU
    ZOO
    """
)
"""Words of three letters that are no acronyms."""
CAPITALS = 0.8
"""A name is softened where so large a share of its letters are capitals."""
_VOWELS = frozenset("AEIOUYÄÖÜÉÈÀÁÍÓÚÅØÆАЕИОУΑΕΗΙΟΥΩ")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@lru_cache(maxsize=65_536)
def shown_name(name: str) -> str:
    """Return a name without raw quotes around it, and without capitals all through.

    Legal forms get their usual spelling, small words stay small; short words without a vowel, a name of one short word,
    and the initials of the name's own words are taken for acronyms and stay. A name that is not in capitals keeps its
    letters.

    >>> shown_name('"UAB ""Spronk NMR Consultancy\"""')
    'UAB “Spronk NMR Consultancy”'
    >>> shown_name("CENTRE NATIONAL DE LA RECHERCHE SCIENTIFIQUE CNRS"), shown_name("TNO")
    ('Centre National de la Recherche Scientifique CNRS', 'TNO')
    >>> shown_name("KONINKLIJK NEDERLANDS METEOROLOGISCH INSTITUUT-KNMI"), shown_name("THALES LAS FRANCE SAS")
    ('Koninklijk Nederlands Meteorologisch Instituut-KNMI', 'Thales LAS France SAS')
    >>> shown_name("HAGE SONDERMASCHINENBAU GMBH & CO KG"), shown_name("Solaris Bus & Coach S.A.")
    ('Hage Sondermaschinenbau GmbH & Co KG', 'Solaris Bus & Coach S.A.')
    """
    text = _unquoted(name)
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return _softened(text) if letters and capitals >= CAPITALS * len(letters) else text


def _unquoted(name: str) -> str:
    """Take off the quotes of a table's cell; pairs inside become typographic ones, a lone one goes."""
    text = " ".join(name.split())
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    text = text.replace('""', '"')
    if text.count('"') == 1:
        text = text.replace('"', "")
    text = re.sub(r'"\s*([^"]*?)\s*"', r"“\1”", text).replace("“”", "").replace('"', "")
    return " ".join(text.split()) or name


def _softened(text: str) -> str:
    words = _WORD.findall(text)
    alone = len(words) == 1 and len(words[0]) <= LONGEST_ACRONYM
    initials = "".join(word[0] for word in words if word.lower() not in SMALL)
    place = 0

    def soft(match: re.Match[str]) -> str:
        nonlocal place
        place += 1
        word = match[0]
        before = text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        if len(word) == 1 and place > 1 and word in "AEIOY" and before == after == " ":
            return word.lower()
        if not word.isupper() or re.fullmatch("I{2,3}|IV|VI{1,3}|IX", word):
            return word
        if before == "(" and after == ")" and len(word) <= LONGEST_ACRONYM + 1:
            return word
        if len(word) == 3 and word not in SPELLINGS and word not in SHORT_WORDS and word.lower() not in SMALL:
            return word
        if alone or len(word) == 1 or (len(word) <= LONGEST_ACRONYM and not _VOWELS & set(word)):
            return SPELLINGS.get(word, word)
        if "." in (before, after) and len(word) <= 2:
            return word  # initials and abbreviated forms, as in S.P.A.
        if place > 1 and word in SPELLINGS:
            return SPELLINGS[word]
        if len(word) > 2 and word in initials:
            return word
        if place > 1 and word in AFTER_SMALL and words[place - 2].lower() not in SMALL:
            return word
        if place > 1 and word.lower() in SMALL:
            return word.lower()
        head, apostrophe, tail = word.partition("'")
        if apostrophe and len(tail) > 2:
            return f"{head.capitalize() if place == 1 or len(head) > 4 else head.lower()}'{tail.capitalize()}"
        return word.capitalize()

    return _WORD.sub(soft, text)
