"""Do the formulas of the ranker and of its measurement say what their docstrings show?"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.ranking import rank, topics


@given(st.text(max_size=40))
def test_any_topic_code_gives_tokens_without_blanks(code: str) -> None:
    assert all(token == token.strip() and token for token in topics.code_tokens(code))


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30),
    st.floats(0.0, 1.0),
)
def test_steering_keeps_the_order_of_equally_experienced_organisations(
    chances: list[float], setting: float
) -> None:
    probability = np.sort(np.array(chances))
    steered = rank.steered(probability, np.ones(len(chances)), setting)
    assert np.all(np.diff(steered) >= -1e-12)
    assert np.all((steered >= probability - 1e-12) & (steered <= 1.0))
