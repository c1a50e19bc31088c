"""How is anything measured? List the benchmarks, run one, or write the documents' figures from their results.

python -m benchmarks                    list them
python -m benchmarks NAME [OPTIONS]     run one; --help says what it takes
python -m benchmarks report             write the tables in docs/ from benchmarks/results
"""

import sys
from collections.abc import Sequence

from benchmarks.documents import update
from benchmarks.launch import launch
from benchmarks.registry import BENCHMARKS
from data.errors import BadInput


def main(arguments: Sequence[str]) -> None:
    """Do what the first word asks for."""
    match arguments:
        case []:
            print(listing())
        case ["-h" | "--help", *_]:
            print(f"{__doc__}\n{listing()}")
        case ["report"]:
            update()
        case [name, *options]:
            try:
                launch(name, options)
            except BadInput as problem:
                raise SystemExit(str(problem)) from None


def listing() -> str:
    """Return the benchmarks, three lines each."""
    width = max(len(benchmark.name) for benchmark in BENCHMARKS) + 2
    blocks = (
        f"{benchmark.name:{width}}{benchmark.question}\n{'':{width}}needs {benchmark.needs}\n"
        f"{'':{width}}takes about {benchmark.takes}"
        for benchmark in BENCHMARKS
    )
    return "\n\n".join(blocks)


if __name__ == "__main__":
    main(sys.argv[1:])
