"""By which words is each stream known? Salient terms, those of several languages merged into one concept.

A concept's score in a stream is its class-based tf-idf (Grootendorst 2022, BERTopic), a stream being a class and an
outline counting once,

    w = (a_s / n_s) log(1 + A / a),   a_s outlines of the stream that use it, n_s outlines of the stream,
                                      a outlines that use it, A uses of any concept in a mean stream

times, where words can be encoded, how much nearer its word lies to the stream's profile than to the others' (KeyBERT's
idea, as a contrast). Words of which one is the other's translation, by their vectors, add their scores, and concepts of
several languages count more than those of one.

Only concepts count that the stream uses more often than the others do, language by language: by the sign of the
Cochran-Mantel-Haenszel statistic (Mantel, Haenszel 1959), the languages as strata,

    z = (O - E) / sqrt(V + 1),   O = sum_l a_l,   E = sum_l n_ls m_l / n_l,
    V = sum_l m_l (n_ls / n_l) (1 - n_ls / n_l) (n_l - m_l) / (n_l - 1)

with a_l the stream's outlines in language l that use it, m_l all that do, n_ls and n_l the outlines: a stream that
alone speaks French is not named by French words.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from scipy import sparse

from data.model import Outline, OutlineId
from data.published import Rounded4, renamed
from matcher.overall import vocabulary
from matcher.overall.said import NOTHING, OwnWords
from matcher.overall.tags import Bearer, tags

SHARED = 3
"""Languages in which a concept is used that is no mere chance word of one of them."""
CANDIDATES = 30
"""Concepts of each stream whose words are encoded."""
TRANSLATED = 0.55
"""Cosine from which two words are one concept: translations lie at 0.56 to 0.8, other words mostly below 0.5."""


@dataclass(frozen=True, slots=True)
class StreamTerm:
    """A salient concept: the word shown (English where it is used in English), all its words, languages, and score."""

    word: Annotated[str, renamed("term")]
    words: tuple[str, ...]
    languages: tuple[str, ...]
    score: Rounded4
    language: str | None = None
    """ISO 639-1, of the word or phrase shown."""
    outlines: tuple[OutlineId, ...] = ()
    """The stream's outlines that use it."""

    @property
    def quoted(self) -> str:
        """The phrase as an English text shows it: in quotation marks with its language where that is another one."""
        if self.language in (None, "en"):
            return self.word
        return f"“{self.word}” ({self.language})"


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What words mean: `encode` makes (n, d) unit rows of them, `centre` (d,) is the middle of all texts, `profiles`
    (S, d) are the streams'."""

    encode: Callable[[Sequence[str]], np.ndarray]
    centre: np.ndarray
    profiles: np.ndarray

    def vectors(self, words: Sequence[str]) -> np.ndarray:
        """(n, d) unit rows."""
        return np.asarray(self.encode(list(words)), dtype=np.float64)

    def contrast(self, vectors: np.ndarray, stream: int) -> np.ndarray:
        """(n,) how much nearer each word is to the stream than to the others in the mean, at least 0."""
        rows = vectors - self.centre
        near = rows @ self.profiles.T / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        others = (near.sum(axis=1) - near[:, stream]) / max(1, near.shape[1] - 1)
        contrast: np.ndarray = np.maximum(0.0, near[:, stream] - others)
        return contrast


def _statistic(uses: sparse.csr_array, languages: np.ndarray, assigned: np.ndarray, count: int) -> np.ndarray:
    """(count, concepts) the statistic z of the module's formula."""
    more = np.zeros((count, uses.shape[1]))
    variance = np.zeros_like(more)
    for language in np.unique(languages):
        inside = np.flatnonzero(languages == language)
        n = len(inside)
        here = uses[inside]
        used = here.sum(axis=0)
        for s in range(count):
            part = float((assigned[inside] == s).sum()) / n
            more[s] += here[assigned[inside] == s].sum(axis=0) - part * used
            variance[s] += used * part * (1 - part) * (n - used) / max(1, n - 1)
    z: np.ndarray = more / np.sqrt(variance + 1)
    return z


def _weights(uses: sparse.csr_array, assigned: np.ndarray, count: int) -> np.ndarray:
    """(count, concepts) the class-based tf-idf of the module's formula."""
    inside = np.stack([uses[np.flatnonzero(assigned == s)].sum(axis=0) for s in range(count)])
    sizes = np.maximum(1, np.bincount(assigned, minlength=count))
    used = inside.sum(axis=0)
    weights: np.ndarray = inside / sizes[:, None] * np.log1p(inside.sum() / count / np.maximum(1, used))
    return weights


def salient_terms(
    outlines: Sequence[Outline],
    assigned: np.ndarray,
    count: int,
    *,
    meaning: Meaning | None = None,
    limit: int = 8,
    said: Mapping[OutlineId, OwnWords] | None = None,
) -> list[list[StreamTerm]]:
    """Return for each of `count` streams its most salient terms, best first, ties by word.

    A concept counts where at least two of the stream's outlines use it, or where the stream has only one outline. Where
    words have no `meaning`, concepts that are used in at least SHARED languages, or in all that the stream speaks, go
    before the others. `said`: what the outlines named; each term is then shown as a whole phrase of one of them, and
    one that none of them has in a phrase is left out.
    """
    used = [vocabulary.concepts(outline.full_text) for outline in outlines]
    languages = np.array([outline.language or "" for outline in outlines])
    uses, roots = vocabulary.presence(used)
    weights, beyond = _weights(uses, assigned, count), _statistic(uses, languages, assigned, count)
    named = []
    for s in range(count):
        inside = np.flatnonzero(assigned == s)
        bearers = uses[inside].sum(axis=0)
        ranked = np.lexsort((np.arange(len(roots)), -weights[s]))
        best = [k for k in ranked if bearers[k] >= min(2, len(inside)) and beyond[s, k] > 0][:CANDIDATES]
        speakers = [(used[i], str(languages[i])) for i in inside]
        shared = min(SHARED, len(set(languages[inside].tolist()) - {""}))
        salient = [_term(roots[k], float(weights[s, k]), speakers) for k in best]
        if meaning is not None:
            salient = _merged(salient, meaning, s, shared=shared)
        else:
            salient.sort(key=lambda term: (len(term.languages) < shared, -term.score, term.word))
        if said is not None:
            bearers = [
                (Bearer(outlines[i], said.get(outlines[i].id, NOTHING)), set().union(*used[i].values()))
                for i in inside.tolist()
            ]
            salient = _phrased(salient[: 2 * limit], bearers, meaning, s)
        named.append(salient[:limit])
    return named


PHRASES = 6
"""Phrases of each term that are weighed by their meaning."""


def _phrased(
    terms: Sequence[StreamTerm],
    bearers: Sequence[tuple[Bearer, set[str]]],
    meaning: Meaning | None,
    stream: int,
) -> list[StreamTerm]:
    """The terms as whole phrases with the outlines that use them; two that show one phrase are one.

    Of a term's phrases in one language the one that says most of this stream is shown. Terms of several words go first.
    """
    phrased: dict[str, StreamTerm] = {}
    for term in terms:
        theirs = [bearer for bearer, words in bearers if words & set(term.words)]
        shown_as = tags(term.words, theirs)
        shown_as = [tag for tag in shown_as if tag.language == shown_as[0].language][:PHRASES]
        if meaning is not None and len(shown_as) > 1:
            contrast = meaning.contrast(meaning.vectors([tag.phrase for tag in shown_as]), stream)
            shown_as = [shown_as[int(contrast.argmax())]]
        shown = shown_as[0] if shown_as else None
        if shown is not None and not any(_within(shown.phrase, phrase) for phrase in phrased):
            phrased[shown.phrase] = replace(
                term, word=shown.phrase, language=shown.language, outlines=shown.outlines
            )
    shown_terms = list(phrased.values())
    if meaning is not None and len(shown_terms) > 1:
        shown_terms = _untranslated(shown_terms, meaning)
    return sorted(shown_terms, key=lambda term: " " not in term.word)


def _untranslated(terms: Sequence[StreamTerm], meaning: Meaning) -> list[StreamTerm]:
    """The terms without those whose phrase translates an earlier one's; that one bears their outlines, too."""
    vectors = meaning.vectors([term.word for term in terms])
    near = vectors @ vectors.T
    kept: dict[int, StreamTerm] = {}
    for place, term in enumerate(terms):
        same = next((k for k in kept if near[place, k] >= TRANSLATED), None)
        if same is None:
            kept[place] = term
            continue
        first = kept[same]
        outlines = tuple(sorted({*first.outlines, *term.outlines}))
        words = tuple(dict.fromkeys((*first.words, *term.words)))
        languages = tuple(sorted({*first.languages, *term.languages}))
        kept[same] = replace(first, outlines=outlines, words=words, languages=languages)
    return list(kept.values())


def _within(one: str, other: str) -> bool:
    """Whether all words of one phrase are in the other."""
    mine, theirs = (set(vocabulary.bare(phrase).split()) for phrase in (one, other))
    return mine <= theirs or theirs <= mine


def _term(root: str, score: float, inside: Sequence[tuple[Mapping[str, set[str]], str]]) -> StreamTerm:
    """The concept in the word that most of the stream's outlines use, in English where it is used in English."""
    forms: Counter[str] = Counter()
    english: set[str] = set()
    spoken: set[str] = set()
    for theirs, language in inside:
        mine = theirs.get(root, set())
        forms.update(mine)
        if mine:
            spoken.add(language)
        if language == "en":
            english |= mine
    ranked = sorted(forms, key=lambda word: (word not in english, -forms[word], len(word), word))
    return StreamTerm(ranked[0], tuple(ranked[:5]), tuple(sorted(filter(None, spoken))), score)


def _merged(terms: Sequence[StreamTerm], meaning: Meaning, stream: int, *, shared: int) -> list[StreamTerm]:
    """The terms by score times contrast; translations of a better term are added to it.

    A concept of fewer than `shared` languages counts less: by the square root of the part that it has of them.
    """
    if not terms:
        return []
    vectors = meaning.vectors([term.word for term in terms])
    contrast = meaning.contrast(vectors, stream)
    order = sorted(range(len(terms)), key=lambda k: (-terms[k].score * contrast[k], terms[k].word))
    near = vectors @ vectors.T
    merged: list[StreamTerm] = []
    left = [k for k in order if contrast[k] > 0]
    while left:
        first = left[0]
        same = [k for k in left if k == first or near[first, k] >= TRANSLATED]
        left = [k for k in left if k not in same]
        concept = _one([terms[k] for k in same], sum(terms[k].score * float(contrast[k]) for k in same))
        part = min(1.0, max(1, len(concept.languages)) / max(1, shared))
        merged.append(replace(concept, score=concept.score * part**0.5))
    return sorted(merged, key=lambda term: (-term.score, term.word))


def _one(same: Sequence[StreamTerm], score: float) -> StreamTerm:
    """Several words for one concept as one term."""
    shown = next((term.word for term in same if "en" in term.languages), same[0].word)
    others = [word for term in same for word in term.words if word != shown]
    spoken = {language for term in same for language in term.languages}
    return StreamTerm(shown, (shown, *others)[:8], tuple(sorted(spoken)), score)


def title(terms: Sequence[StreamTerm], number: int) -> str:
    """The first three terms, capitalised; "Stream 2" where the texts have none."""
    shown = (term.quoted for term in terms[:3])
    return ", ".join(word[:1].upper() + word[1:] for word in shown) or f"Stream {number}"
