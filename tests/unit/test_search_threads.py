"""Idle OpenMP threads wait without spinning, unless the user wants otherwise."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("given", "expected"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_the_wait_policy_is_passive_before_torch_or_faiss_is_loaded_unless_it_is_set(
    given: str | None, expected: str
) -> None:
    settings = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    if given is not None:
        settings["OMP_WAIT_POLICY"] = given
    program = (
        "import embeddings, os, sys; "
        "print(os.environ['OMP_WAIT_POLICY'], bool({'torch', 'faiss'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], env=settings, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == [expected, "False"]


def test_torch_is_not_loaded_before_the_first_text_that_needs_it() -> None:
    program = "import embeddings.choice, embeddings.search, sys; print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
