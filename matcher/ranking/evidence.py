"""How near is each past project to each query? By topic code, programme, words, meaning, and who is on board."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.ranking.query import Query
from matcher.ranking.state import RankingState, centred
from matcher.ranking.topics import code_tokens, programme_tokens


@dataclass(frozen=True, slots=True, eq=False)
class QueryEvidence:
    """A batch of b queries against the p projects of a state; every array (p, b) float32 unless said otherwise."""

    topic: np.ndarray
    """Cosine of topic-code tokens, in [0, 1]."""
    programme: np.ndarray
    """Cosine of programme parts, in [0, 1]."""
    words: np.ndarray
    """Cosine of tf-idf words, in [0, 1]."""
    meaning: np.ndarray
    """Cosine of the encoder's centred vectors, negative ones cut to 0."""
    lead: np.ndarray
    """1 where the query's coordinator took part."""
    lead_led: np.ndarray
    """1 where the query's coordinator coordinated."""
    given: np.ndarray
    """How many of those on board took part (the coordinator counts)."""
    on_board: sparse.csc_matrix
    """(n, b): 1 for those on board that the state knows."""
    lead_place: np.ndarray
    """(b,) int: the coordinator's position; -1 nobody named or unknown to the state."""
    facts: np.ndarray
    """(b, 5): on board, known to the state, has a coordinator, has topic, has text."""


def _dense(left: sparse.csr_matrix, right: sparse.csr_matrix) -> np.ndarray:
    """left @ right.T as a dense float32 array."""
    return np.asarray((left @ right.T).toarray(), np.float32)


def gather(state: RankingState, queries: Sequence[Query], vectors: np.ndarray) -> QueryEvidence:
    """The evidence of a batch. `vectors`: (b, d) float32 of the encoder, zero rows where there is no text."""
    count = len(queries)
    topic = state.topic_words.rows([" ".join(code_tokens(q.topic)) for q in queries])
    programme = state.programme_words.rows([" ".join(programme_tokens(q.programme)) for q in queries])
    meanings = centred(vectors, state.centre)
    pairs = [(place, b) for b, q in enumerate(queries) for place in state.positions(q.on_board)]
    rows, columns = (np.array(side, int) for side in zip(*pairs, strict=True)) if pairs else ([], [])
    shape = (len(state.organisations), count)
    on_board = sparse.csc_matrix((np.ones(len(pairs), np.float32), (rows, columns)), shape=shape)
    lead_place = np.array([state.places.get(q.coordinator or "", -1) for q in queries])
    led_by = np.flatnonzero(lead_place >= 0)
    lead_one = sparse.csc_matrix(
        (np.ones(len(led_by), np.float32), (lead_place[led_by], led_by)), shape=shape
    )
    facts = np.array(
        [
            (len(q.on_board), 0, q.coordinator is not None, bool(q.topic), bool(q.text.strip()))
            for q in queries
        ],
        np.float32,
    ).reshape(count, 5)
    facts[:, 1] = np.asarray(on_board.sum(axis=0)).ravel()
    return QueryEvidence(
        topic=_dense(state.topic, topic),
        programme=_dense(state.programme, programme),
        words=state.words.shared([q.text for q in queries]),
        meaning=np.maximum(state.vectors @ meanings.T, 0.0).astype(np.float32),
        lead=(state.member @ lead_one).toarray(),
        lead_led=(state.led @ lead_one).toarray(),
        given=(state.member @ on_board).toarray(),
        on_board=on_board,
        lead_place=lead_place,
        facts=facts,
    )
