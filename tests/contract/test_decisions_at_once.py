"""Two services on one store: is every decision that was acknowledged kept, in SQLite and in PostgreSQL?"""

import subprocess
import sys
from pathlib import Path

from data.sources.demo import load_demo
from data.store import Store
from matcher.overall.decisions import Decisions

ROOT = Path(__file__).parents[2]
CALL = "demo-industrial-cloud"

DECIDE = """
import sys
from matcher.overall.decisions import Decision
from service.app.open import open_application
from service.runtime.settings import Settings
home, first, url = sys.argv[1:]
env = {"KONSORT_ENCODER": "hashing", "KONSORT_DATABASE": url}
konsort = open_application(Settings.from_env(env, home=home))
workspace = konsort.projects.workspace(konsort.reader, "demo-industrial-cloud")
outlines = sorted(konsort.snapshots.current.outlines)[int(first)::2]
for number in range(120):
    workspace.add([Decision("carry", (outlines[number % 30],), str(1 + number // 30))])
    print("kept", flush=True)
konsort.close()
"""


def test_two_processes_that_decide_at_once_lose_no_decision(store_url: str, tmp_path: Path) -> None:
    with Store.open(store_url) as store:
        load_demo(store)
    deciding = [
        subprocess.Popen(
            [sys.executable, "-c", DECIDE, str(tmp_path), first, store_url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in "01"
    ]
    acknowledged = [process.communicate(timeout=240)[0].count("kept") for process in deciding]
    assert acknowledged == [120, 120]
    with Store.open(store_url) as store:
        decisions = Decisions.from_json(store.setting(f"decisions:{CALL}"))
        writes = [entry.what for entry in store.audit()].count(f"setting decisions:{CALL}")
    assert len(decisions.capacity) == 60
    assert set(decisions.capacity.values()) == {4}, "of each outline the last that was acknowledged"
    assert writes == 240
