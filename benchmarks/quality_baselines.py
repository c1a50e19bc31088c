"""What do single methods find? Each takes a state and a batch of queries and scores all organisations."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from matcher.ranking.evidence import QueryEvidence
from matcher.ranking.organisation_features import PreparedState
from matcher.ranking.pagerank import normalised_columns, personalised_pagerank

if TYPE_CHECKING:
    import torch

FACTORS = 64
EASE_PROJECTS = 4
"""EASE inverts a square of organisations: only those with so many projects are in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What the latent methods learned from the same history."""

    prepared: PreparedState
    als: np.ndarray
    """(n, k)"""
    lightgcn: np.ndarray
    """(n, k)"""
    ease: np.ndarray
    """(m, m)"""
    ease_places: np.ndarray
    """(m,)"""
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))


def fit(prepared: PreparedState) -> Fitted:
    """Fit ALS, LightGCN and EASE on the membership matrix."""
    places = np.flatnonzero(prepared.popularity >= EASE_PROJECTS)
    member = prepared.state.member
    return Fitted(prepared, _als(member), _lightgcn(member), _ease(member[:, places]), places)


def _als(
    member: sparse.csr_matrix, *, weight: float = 10.0, ridge: float = 1.0, sweeps: int = 8
) -> np.ndarray:
    """Implicit alternating least squares, confidence 1 + weight on members (Hu, Koren, Volinsky 2008); (n, k)."""
    rng = np.random.default_rng(3)
    organisations = rng.normal(0, 0.1, (member.shape[1], FACTORS))
    by_member = member.T.tocsr()
    for _ in range(sweeps):
        projects = _solve(member, organisations, weight, ridge)
        organisations = _solve(by_member, projects, weight, ridge)
    return organisations


def _solve(rows: sparse.csr_matrix, fixed: np.ndarray, weight: float, ridge: float) -> np.ndarray:
    gram = fixed.T @ fixed + ridge * np.eye(fixed.shape[1])
    out = np.zeros((rows.shape[0], fixed.shape[1]))
    for row in range(rows.shape[0]):
        near = fixed[rows.indices[rows.indptr[row] : rows.indptr[row + 1]]]
        out[row] = np.linalg.solve(gram + weight * near.T @ near, (1 + weight) * near.sum(axis=0))
    return out


def _lightgcn(member: sparse.csr_matrix, *, layers: int = 3, epochs: int = 40) -> np.ndarray:
    """LightGCN (He et al. 2020): embeddings propagated over the normalised graph, BPR loss; (n, k) float32."""
    import torch

    torch.manual_seed(3)
    warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
    torch.set_num_threads(1)
    projects, count = member.shape
    pairs = member.tocoo()
    degree_p = np.maximum(np.asarray(member.sum(axis=1)).ravel(), 1)
    degree_n = np.maximum(np.asarray(member.sum(axis=0)).ravel(), 1)
    value = 1 / np.sqrt(degree_p[pairs.row] * degree_n[pairs.col])
    row = np.concatenate([pairs.row, pairs.col + projects])
    column = np.concatenate([pairs.col + projects, pairs.row])
    total = projects + count
    joined = sparse.csr_matrix((np.concatenate([value, value]), (row, column)), shape=(total, total))
    edges = torch.sparse_csr_tensor(
        torch.from_numpy(joined.indptr.astype(np.int64)),
        torch.from_numpy(joined.indices.astype(np.int64)),
        torch.from_numpy(joined.data.astype(np.float32)),
        (total, total),
    )
    weights = torch.nn.Parameter(torch.randn(total, FACTORS) * 0.1)
    optimiser = torch.optim.Adam([weights], lr=0.02)
    rng = np.random.default_rng(3)
    for _ in range(epochs):
        chosen = rng.integers(len(pairs.row), size=40_000)
        other = rng.integers(count, size=40_000)
        final = _propagated(edges, weights, layers)
        u = final[torch.from_numpy(pairs.row[chosen].astype(np.int64))]
        i = final[torch.from_numpy(pairs.col[chosen].astype(np.int64) + projects)]
        j = final[torch.from_numpy(other + projects)]
        loss = (
            torch.nn.functional.softplus((u * j).sum(1) - (u * i).sum(1)).mean()
            + 1e-4 * (u.square().sum(1) + i.square().sum(1) + j.square().sum(1)).mean()
        )
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    with torch.no_grad():
        final = _propagated(edges, weights, layers)
    return np.asarray(final[projects:].numpy() / (layers + 1))


def _propagated(edges: "torch.Tensor", weights: "torch.Tensor", layers: int) -> "torch.Tensor":
    """The sum of the embeddings and of what each layer makes of them."""
    final, now = weights, weights
    for _ in range(layers):
        now = edges @ now
        final = final + now
    return final


def _ease(member: sparse.csr_matrix, *, ridge: float = 50.0) -> np.ndarray:
    """EASE (Steck 2019): B = I - P / diag(P), P = (X'X + ridge I)^-1; (m, m) float32."""
    gram = (member.T @ member).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    inverse = np.linalg.inv(gram)
    item = inverse / -np.diag(inverse)
    item[np.diag_indices_from(item)] = 0.0
    return np.asarray(item, dtype=np.float32)


def _direct(fitted: Fitted, evidence: QueryEvidence) -> np.ndarray:
    return np.asarray(fitted.prepared.members @ evidence.given)


def _common(fitted: Fitted, evidence: QueryEvidence) -> np.ndarray:
    near = (_direct(fitted, evidence) > 0).astype(np.float32)
    return np.asarray(fitted.prepared.members @ (fitted.prepared.state.member @ near))


def _adamic_adar(fitted: Fitted, evidence: QueryEvidence) -> np.ndarray:
    degree = np.log(2.0 + fitted.prepared.organisation_features[:, 11])[:, None]
    near = (_direct(fitted, evidence) > 0) / degree
    shared = fitted.prepared.state.member @ near.astype(np.float32)
    return np.asarray(fitted.prepared.members @ shared)


def _text_neighbours(fitted: Fitted, evidence: QueryEvidence) -> np.ndarray:
    near = evidence.meaning + evidence.words
    bar = -np.partition(-near, min(50, len(near) - 1), axis=0)[min(50, len(near) - 1)]
    kept = np.where(near >= np.maximum(bar, 1e-6), near, 0.0).astype(np.float32)
    return np.asarray(fitted.prepared.members @ kept)


def _pagerank(fitted: Fitted, evidence: QueryEvidence) -> np.ndarray:
    prepared = fitted.prepared
    return personalised_pagerank(prepared.state.member, prepared.members, evidence.on_board.toarray())


def _pagerank_text(fitted: Fitted, evidence: QueryEvidence) -> np.ndarray:
    """Restart at those on board and, with equal weight, at the members of the projects nearest in text and topic."""
    prepared = fitted.prepared
    near = evidence.topic**2 + 0.3 * evidence.words + 0.5 * evidence.meaning**3 + 0.05 * evidence.programme
    seeds = prepared.members @ (near / np.maximum(prepared.state.size, 1.0)[:, None])
    return personalised_pagerank(
        prepared.state.member,
        prepared.members,
        normalised_columns(seeds) + normalised_columns(evidence.on_board.toarray()),
    )


def _ease_scores(fitted: Fitted, evidence: QueryEvidence) -> np.ndarray:
    out = np.zeros(evidence.on_board.shape, np.float32)
    out[fitted.ease_places] = fitted.ease.T @ evidence.on_board.toarray()[fitted.ease_places]
    return out


def _latent(factors: np.ndarray, evidence: QueryEvidence) -> np.ndarray:
    return np.asarray(factors @ (factors.T @ evidence.on_board.toarray()))


METHODS: dict[str, Callable[[Fitted, QueryEvidence], np.ndarray]] = {
    "random": lambda fitted, evidence: fitted.random.random(evidence.on_board.shape),
    "popularity": lambda fitted, evidence: np.repeat(
        fitted.prepared.popularity[:, None], evidence.on_board.shape[1], axis=1
    ),
    "popularity within the programme": lambda fitted, evidence: fitted.prepared.members @ evidence.programme,
    "text neighbours": _text_neighbours,
    "common neighbours": _common,
    "Adamic-Adar": _adamic_adar,
    "direct collaboration": _direct,
    "ALS": lambda fitted, evidence: _latent(fitted.als, evidence),
    "EASE": _ease_scores,
    "LightGCN": lambda fitted, evidence: _latent(fitted.lightgcn, evidence),
    "personalised PageRank, graph": _pagerank,
    "personalised PageRank, text and graph": _pagerank_text,
}
"""Name -> scores (n, b); ties are broken by id."""
