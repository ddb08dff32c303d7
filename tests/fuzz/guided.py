"""Run as a script: one target under atheris, which changes inputs so that they reach what none has reached before.

    guided.py TARGET SECONDS [LIBFUZZER-OPTIONS…]

Ends with 0 where nothing was found; else prints the input, and how to give it to the target again.
"""

import sys
import tempfile
from pathlib import Path

import atheris

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

with atheris.instrument_imports(include=["mm_tui"]):
    from fuzz_targets import TARGETS


def main() -> None:
    """Fuzz the target; libFuzzer ends the process."""
    name, seconds, options = sys.argv[1], sys.argv[2], sys.argv[3:]
    target, samples = TARGETS[name]
    corpus = Path(tempfile.mkdtemp(prefix=f"mm-tui-fuzz-{name}-"))
    for number, sample in enumerate(samples):
        (corpus / str(number)).write_bytes(sample)
    limits = [f"-max_total_time={seconds}", "-max_len=8192", "-rss_limit_mb=2048", "-timeout=10", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *limits, *options, str(corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
