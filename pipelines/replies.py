"""What a scheduler runs to train the model of replies anew.

    python pipelines/replies.py --store DIR                 from data/replies/train, as params.yaml says
    python pipelines/replies.py --store DIR --corpus DIR    from another corpus: files of JSON lines

The last line on standard output is one JSON object; progress goes to standard error. Exit codes: 0 done (being refused
by the gate is an answer too), 1 the input or state is wrong, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from settings import PARAMS, read_settings

from paybench.command import answered
from paybench.converse.intents import read_corpus, release_intents
from paybench.progress import say

CORPUS = Path(__file__).resolve().parents[1] / "data" / "replies" / "train"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the model of replies, register, ask the gate.")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="tracking, registry, champion")
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR", help="replies to learn from")
    parser.add_argument("--seed", type=int, metavar="S", help="instead of the setting")
    parser.add_argument("--params", type=Path, default=PARAMS, metavar="FILE", help="settings (params.yaml)")
    parser.add_argument(
        "--signed-by", default="", metavar="NAME", help="who answers for it, where the store wants that"
    )
    options = parser.parse_args(arguments)
    return answered("replies", lambda: print(json.dumps(_run(options))))


def _run(options: argparse.Namespace) -> dict[str, object]:
    seed = read_settings(options.params).seed if options.seed is None else options.seed
    corpus = read_corpus(options.corpus)
    say(f"learning from {len(corpus)} replies", True)
    return asdict(release_intents(corpus, options.store, seed, signed_by=options.signed_by)) | {"replies": len(corpus)}


if __name__ == "__main__":
    sys.exit(main())
