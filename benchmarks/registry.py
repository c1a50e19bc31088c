"""Which benchmarks are there, what does each answer, and what does it need?"""

from dataclasses import dataclass

from data.errors import BadInput


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One measurement; `module`: the file that does it, `packages`: whose versions are told with its figures."""

    name: str
    module: str
    question: str
    needs: str
    takes: str
    packages: tuple[str, ...] = ()


SAMPLE = "cordis-h2020.zip in ../shared/data"
HOME = "--home with an imported, embedded store"
ENCODER = "--home with the prepared encoder"
VECTORS = f"{SAMPLE} (and FP7), --home where vectors are kept, `make bench`"

BENCHMARKS = (
    Benchmark(
        "suggest",
        "bench_suggest",
        "How long does a coordinator wait for consortia, and how much memory does the service take?",
        HOME,
        "2 min",
        ("torch", "faiss-cpu", "numba"),
    ),
    Benchmark(
        "live",
        "bench_live",
        "How soon is a changed outline seen under load, and what do other questions wait meanwhile?",
        HOME,
        "3 min",
        ("torch", "faiss-cpu", "sqlalchemy"),
    ),
    Benchmark(
        "scale",
        "bench_scale",
        "What does a store of 26,605, 168,517 or a million organisations cost, from the import to the answer?",
        f"{SAMPLE}, or nothing: stores are made",
        "1 h; a million needs 40 GB of disk and 24 GB of memory",
        ("torch", "faiss-cpu", "lightgbm"),
    ),
    Benchmark(
        "load",
        "bench_load",
        "What do 1, 5, 20, 100 and 500 users feel, and how many are refused?",
        HOME,
        "8 min",
        ("torch", "waitress", "numba"),
    ),
    Benchmark(
        "needs",
        "needs_reading",
        "Are an outline's needs and offers read as a person reads them, in the languages of the EU?",
        "nothing",
        "1 s",
        (),
    ),
    Benchmark(
        "answered",
        "needs_answered",
        "Does a suggestion hold whom the outline seeks?",
        HOME,
        "1 min",
        ("torch", "numba"),
    ),
    Benchmark(
        "claims",
        "claims",
        "Are the claims true that suggestions make?",
        HOME,
        "1 min, and a person's judgement",
        ("torch", "numba"),
    ),
    Benchmark(
        "consortia",
        "consortia",
        "Do suggested sets hold the real partners of later projects, as often as the ranking's first places?",
        f"{HOME} of the H2020 sample",
        "5 min; the first time, to learn, 5 min more",
        ("lightgbm", "torch", "numba"),
    ),
    Benchmark(
        "search",
        "bench_search",
        "How near does exact search come to the memory's own speed?",
        "nothing",
        "2 min",
        ("faiss-cpu", "numpy"),
    ),
    Benchmark(
        "import",
        "bench_import",
        "How long does a CORDIS import take beside pandas merely reading the same files?",
        SAMPLE,
        "1 min",
        ("pandas", "sqlalchemy"),
    ),
    Benchmark(
        "rules",
        "bench_rules",
        "How long does it take to check a consortium, and to find out who may leave?",
        "nothing",
        "10 s",
        ("numpy",),
    ),
    Benchmark(
        "assemble",
        "bench_assemble",
        "How fast and how good is the consortium solver, beside other solvers?",
        SAMPLE,
        "20 min",
        ("numpy", "scipy", "numba"),
    ),
    Benchmark(
        "rank",
        "bench_rank",
        "How long does the ranker take to learn, and how many questions does it answer a second?",
        SAMPLE,
        "10 min; the first time half an hour more, to embed the texts",
        ("lightgbm", "scipy", "numpy"),
    ),
    Benchmark(
        "quality",
        "quality",
        "How well are hidden partners found, beside twelve single methods and two blends?",
        SAMPLE,
        "2 h",
        ("lightgbm", "scipy", "numpy"),
    ),
    Benchmark(
        "languages",
        "bench_multilingual",
        "Do texts of the 24 EU languages meet?",
        VECTORS,
        "2 min; the first time an hour more, to embed the texts",
        ("torch", "sentence-transformers"),
    ),
    Benchmark(
        "topics",
        "bench_topics",
        "Do near vectors mean near subjects?",
        VECTORS,
        "5 min; the first time an hour more, to embed the texts",
        ("torch", "sentence-transformers", "scikit-learn"),
    ),
    Benchmark(
        "integrate",
        "bench_integrate",
        "Are planted streams and pairs found again, how fast, and how small is a repair?",
        "nothing; `make bench` for Leiden, --home for real texts",
        "20 min",
        ("numpy", "scipy", "scikit-learn", "networkx"),
    ),
    Benchmark(
        "ipcei",
        "bench_ipcei",
        "Which work streams do the facts of the approved IPCEIs show?",
        f"ipcei.csv in ../shared/data, {ENCODER}",
        "1 min",
        ("numpy", "scipy", "scikit-learn"),
    ),
    Benchmark(
        "ownership",
        "bench_ownership",
        "How often is a suspicion of one owner right?",
        f"{SAMPLE} (and FP7)",
        "1 min",
        ("pandas",),
    ),
    Benchmark(
        "mutants",
        "mutants",
        "Would the tests notice a fault?",
        "nothing",
        "10 s a fault",
    ),
)
"""In the order in which they are listed; `fit_map.py`, which makes numbers instead of measuring, is none of them."""


def named(name: str) -> Benchmark:
    """Return the benchmark of that name, which may be its module's, too."""
    for benchmark in BENCHMARKS:
        if name in (benchmark.name, benchmark.module):
            return benchmark
    names = ", ".join(benchmark.name for benchmark in BENCHMARKS)
    raise BadInput(f"no benchmark is called {name}; there are {names}")
