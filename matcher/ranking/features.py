"""What is known of each organisation for each query? The ranker's features, as sparse products over a state."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from matcher.ranking.evidence import Evidence
from matcher.ranking.state import KINDS, State

RECENT_YEARS = 1.5
FACTORS = 48


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A state with what all queries need of it."""

    state: State
    members: sparse.csr_matrix
    """(n, p), the transpose of `state.member` by rows."""
    popularity: np.ndarray
    """(n,) projects."""
    recent: np.ndarray
    """(p,) exp(-age / 1.5 years)."""
    newman: np.ndarray
    """(p,) 1 / (members - 1)."""
    still: np.ndarray
    """(n, s) features that do not depend on the query."""
    still_names: tuple[str, ...]
    factors: np.ndarray
    """(n, k) organisations in the space of the normalised membership matrix."""
    project_factors: np.ndarray
    """(p, k)"""


def prepare(state: State) -> Prepared:
    members = state.member.T.tocsr()
    popularity = np.asarray(state.member.sum(axis=0), np.float32).ravel()
    recent = np.exp(-state.age / RECENT_YEARS).astype(np.float32)
    newman = (1.0 / np.maximum(state.size - 1.0, 1.0)).astype(np.float32)
    names, still = _still(state, members, popularity, recent)
    factors, project_factors = _factors(state, popularity)
    return Prepared(state, members, popularity, recent, newman, still, names, factors, project_factors)


def _still(state, members, popularity, recent):
    n = len(state.organisations)
    led = np.asarray(state.led.sum(axis=0)).ravel()
    one = np.maximum(popularity, 1)
    last_year = members @ (state.age < 1).astype(np.float32)
    coo = members.tocoo()
    newest = np.full(n, 99, np.float32); np.minimum.at(newest, coo.row, state.age[coo.col])
    oldest = np.zeros(n, np.float32); np.maximum.at(oldest, coo.row, state.age[coo.col])
    mean_size = (members @ state.size) / one
    log_size = (members @ np.log(state.size)) / one
    prog = members @ state.programme
    prog_n = np.asarray(prog.multiply(prog).sum(axis=1)).ravel() / one**2
    ties = state.member.T @ (state.size - 1)
    partner_pop = (members @ ((state.member @ popularity) / np.maximum(state.size, 1))) / one
    cols = {
        'pop': popularity, 'pop_recent': members @ recent, 'led': led, 'led_share': led / one, 'last_year': last_year,
        'trend': last_year / one, 'newest': newest, 'oldest': oldest, 'mean_size': mean_size, 'log_size': log_size,
        'focus': prog_n, 'ties': ties, 'partner_pop': partner_pop, 'kind': state.kind.astype(np.float32),
    }
    return tuple(cols), np.stack([np.asarray(c, np.float32) for c in cols.values()], axis=1)


def _factors(state, popularity):
    k = min(FACTORS, min(state.member.shape) - 1)
    left = sparse.diags(1 / np.sqrt(np.maximum(state.size, 1)))
    right = sparse.diags(1 / np.sqrt(np.maximum(popularity, 1)))
    start = np.ones(min(state.member.shape))
    u, s, vt = svds((left @ state.member @ right).astype(np.float32), k=k, v0=start)
    return (vt.T * np.sqrt(s)).astype(np.float32), (u * np.sqrt(s)).astype(np.float32)


def share(x):
    """columns sum to one."""
    return x / np.maximum(x.sum(axis=0, keepdims=True), 1e-9)


def walk(prep: Prepared, seed: np.ndarray, back: float = 0.2, steps: int = 8) -> np.ndarray:
    state = prep.state
    first = share(seed).astype(np.float32)
    out = (1 / np.maximum(prep.popularity, 1))[:, None].astype(np.float32)
    down = (1 / state.size)[:, None].astype(np.float32)
    now = first
    for _ in range(steps):
        now = back * first + (1 - back) * (prep.members @ ((state.member @ (now * out)) * down))
    return now


def scores(prep: Prepared, ev: Evidence) -> dict[str, np.ndarray]:
    s = prep.state; M = s.member; Mt = prep.members
    rec = prep.recent[:, None]; nu = prep.newman[:, None]; down = (1 / s.size)[:, None]
    f = {}
    t2 = ev.topic**2; w2 = ev.words; m3 = ev.meaning**3
    rel = t2 + 0.3 * ev.words + 0.5 * m3 + 0.05 * ev.programme
    ob = ev.on_board.toarray()
    V = {
        'topic': ev.topic, 'topic4': t2 * t2, 'topic2rec': t2 * rec, 'prog': ev.programme, 'progrec': ev.programme * rec, 'prog4': ev.programme**4,
        'words': w2, 'words2': w2**2, 'meaning3': m3, 'meaning8': ev.meaning**8, 'rel': rel, 'relrec': rel * rec, 'rel2': rel**2, 'relnu': rel * down,
        'lead': ev.lead, 'lead_nu': ev.lead * nu, 'lead_rec': ev.lead * rec, 'lead_led': ev.lead_led, 'lead_rel': ev.lead * (rel), 'lead_topic': ev.lead * t2, 'lead_prog': ev.lead * ev.programme,
        'lead_words': ev.lead * ev.words,
        'given': ev.given, 'given_nu': ev.given * nu, 'given_nurec': ev.given * nu * rec, 'given_rel': ev.given * nu * rel, 'given_any': (ev.given > 0), 'given2': ev.given**2, 'given_prog': ev.given * nu * ev.programme,
    }
    for k, x in V.items():
        f[k] = Mt @ np.asarray(x, np.float32)
    f['led_prog'] = s.led.T @ ev.programme
    f['led_rel'] = s.led.T @ rel
    f['lead_ofled'] = s.led.T @ ev.lead  # i coordinated with lead in
    # two-hop
    tie = f['given_nu'] * (1 - (ob > 0))
    tie = tie / np.sqrt(np.maximum(prep.popularity, 1))[:, None]
    K2 = (M @ tie) * nu
    f['hop2'] = Mt @ K2
    f['hop2_rel'] = Mt @ (K2 * rel)
    f['hop2_prog'] = Mt @ (K2 * ev.programme)
    f['ppr'] = walk(prep, ob)
    seed = Mt @ (rel * down)
    f['ppr_rel'] = walk(prep, seed)
    f['ppr_mix'] = .5 * f['ppr'] + .5 * f['ppr_rel']
    r2 = rel**2 * down
    f['ppr_rel2'] = walk(prep, Mt @ r2, .3, 4)
    # factors
    q1 = share(ob).T @ prep.factors
    q2 = share(rel**2).T @ prep.project_factors
    f['svd_given'] = prep.factors @ q1.T
    f['svd_rel'] = prep.factors @ q2.T
    g = f['ppr'] * (ev.facts[:, 1] > 0)
    f['prior'] = 0.4 * share(f['rel'] ) + 0.6 * share(f['given_nurec'] + f['given_nu']) * .5 + share(f['given_rel']) * .5 + 2. * f['ppr_mix']
    # prf
    top = f['prior'] * (1 - (ob > 0))
    kth = -np.partition(-top, 20, axis=0)[20:21]
    b = share(np.where(top >= kth, top, 0).astype(np.float32))
    f['prf'] = Mt @ ((M @ b) * nu)
    f['prf_rel'] = Mt @ ((M @ b) * nu * rel)
    # country
    c = np.maximum(s.country, 0)
    C = sparse.csr_matrix((np.ones(len(c), np.float32), (c, np.arange(len(c)))), shape=(len(s.countries) + 1, len(c)))
    cp = share(C @ f['prog']); f['country_prog'] = cp[c]
    cr = share(C @ f['rel']); f['country_rel'] = cr[c]
    cg = C @ ob; f['country_given'] = cg[c]
    ck = share(C @ f['ppr']); f['country_ppr'] = ck[c]
    kd = np.maximum(s.kind, 0)
    Kd = sparse.csr_matrix((np.ones(len(kd), np.float32), (kd, np.arange(len(kd)))), shape=(len(KINDS), len(kd)))
    f['kind_prog'] = share(Kd @ f['prog'])[kd]
    f['kind_rel'] = share(Kd @ f['rel'])[kd]
    f['kind_given'] = (Kd @ ob)[kd]
    lead_c = np.where(ev.lead_place >= 0, s.country[ev.lead_place], -2)
    f['lead_country'] = (s.country[:, None] == lead_c[None]).astype(np.float32)
    return f

RAW = {'topic','prog','words','rel','lead','lead_led','lead_ofled','given','given_any','given_nu','lead_nu','lead_rec','lead_rel','given_rel','country_given','kind_given','lead_country','country_prog','country_rel','country_ppr','kind_prog','kind_rel'}
def candidate_features(prep, ev, f, b, cand):
    """(c, F)"""
    cols = []; names = []
    for k, x in f.items():
        v = x[cand, b]
        if k in RAW: cols.append(v); names.append(k)
        if k not in ('country_given','kind_given','lead_country','country_prog','country_rel','country_ppr','kind_prog','kind_rel'):
            cols.append(v / max(float(x[:, b].max()), 1e-12)); names.append(k + '_n')
    for k in ('topic','prog','rel','relrec','lead_nu','given_nu','ppr','ppr_rel','ppr_mix','prf','hop2'):
        cols.append(f[k][cand, b] / np.maximum(prep.popularity[cand], 1)); names.append(k + '_perpop')
    X = np.stack(cols, axis=1)
    S = prep.still[cand]
    lead = ev.lead_place[b]
    leadf = prep.still[lead, :5] if lead >= 0 else np.full(5, np.nan, np.float32)
    Q = np.concatenate([ev.facts[b], [ev.topic[:, b].max(), ev.words[:, b].max(), ev.meaning[:, b].max(), (ev.topic[:, b] > .9).sum(), ev.lead[:, b].sum()], leadf]).astype(np.float32)
    names = names + list(prep.still_names) + [f'q{i}' for i in range(len(Q))]
    return np.concatenate([X, S, np.repeat(Q[None], len(cand), 0)], axis=1).astype(np.float32), names
