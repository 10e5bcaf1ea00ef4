"""The twelve steps of a retraining, each with what it depends on; what has been done is not done again."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from run_notebooks import NOTEBOOKS as FOLDER
from run_notebooks import quiet, run_notebook
from settings import Settings

from paybench import PaybenchError
from paybench.explain.tuned import write_pictures
from paybench.ledger import Ledger
from paybench.models.store.store import CHAMPION, Store, Version, attach
from paybench.models.training.candidate import Candidate
from paybench.models.training.steps import Steps, read_json
from paybench.models.training.train import asked
from paybench.models.training.training import TRAINING
from paybench.models.versions.release import RELEASE, Outcome, release, release_due, settle
from paybench.progress import say

NOTEBOOKS = ("03_late.ipynb", "04_days.ipynb", "05_explain.ipynb")
COMPARING = NOTEBOOKS[:2]
STEPS = (TRAINING[0], "check", *TRAINING[1:], "explain", *RELEASE)
"""The steps, in their order."""
_OF_TRAINED = ("tune", "fit", "calibrate", "explain")  # not where there was too little to train on


class Chain:
    """One retraining: the ledger as known at a date, with some settings, in a store.

    Attributes
    ----------
    about : what was asked for, with its ``key``. steps : what has been done of it.
    """

    def __init__(self, ledger: Ledger, as_of: str, store: Path, settings: Settings) -> None:
        self.ledger, self.store, self.settings = ledger, Store.at(store), settings
        s = settings
        self._training = asked(
            ledger, as_of, s.trials, s.seed, None, s.minutes or None, self.store, s.workers, show=True
        )
        self.about: dict[str, Any] = self._training.about
        self.steps: Steps = self._training.steps

    def run(self, gate: bool, because: str) -> tuple[Candidate, Outcome]:
        """Do what has not been done; the candidate, and what came of it."""
        self._training.snapshot()
        self.steps.run("check", self._inputs("check"), self._check)
        candidate = self._training.candidate()
        extras = {}
        if not candidate.declined:
            explained = self.steps.run("explain", self._inputs("explain"), self._explain)
            extras = {path.name: path for path in explained.iterdir() if path.is_dir()}
        outcome = release(self.store, self.ledger, candidate, extras, gate, self.steps)
        if (version := self.registered) is not None:
            self.store.client().set_tag(version.run_id, "because", because)
        return candidate, outcome

    @property
    def registered(self) -> Version | None:
        """The version that this run registered, if it did."""
        if "register" not in self.steps.ran:
            return None
        made = read_json(self.steps.folder / "register" / "version.json")
        return Version(made["number"], made["run_id"], {})

    def due(self) -> dict[str, str]:
        """By step why it would be done; empty for what has been. Nothing is changed."""
        found: dict[str, str] = {}
        for name in STEPS[: -len(RELEASE)]:
            first = next((n for n, why in found.items() if why), "")
            found[name] = f"after {first}" if first else self._due(name)
        first = next((n for n, why in found.items() if why), "")
        if first:
            return found | dict.fromkeys(RELEASE, f"after {first}")
        if self._training.declined:
            return found | dict.fromkeys(RELEASE, "")
        return found | release_due(self.store, self.about["key"], self.steps)

    def _due(self, name: str) -> str:
        if name in _OF_TRAINED and self._training.declined:
            return ""
        return self.steps.due(name, self._inputs(name))

    def champion(self) -> Version | None:
        """The version that serves."""
        return self.store.version(CHAMPION)

    def attach_report(self, version: Version, name: str, write: Callable[[Path], object]) -> None:
        """Put a page beside a version's run."""
        with TemporaryDirectory() as temporary:
            page = Path(temporary) / f"{name}.html"
            write(page)
            attach(self.store, version, page, "report")

    def settle(self) -> None:
        """Point to this training as the latest one, and remove the steps of older ones."""
        settle(self.store, self.steps)

    def _inputs(self, name: str) -> dict[str, Any]:
        if name == "check":
            return {"step import": self.steps.digest("import")}
        if name == "explain":
            notebooks = {f"notebook {n}": sha256((FOLDER / n).read_bytes()).hexdigest()[:16] for n in NOTEBOOKS}
            return {"step evaluate": self.steps.digest("evaluate")} | notebooks
        return self._training.inputs(name)

    def _check(self, new: Path) -> None:
        from paybench.ledger.checks import examine

        found = examine(self._training.cut)
        (new / "findings.json").write_text(json.dumps([vars(f) for f in found.findings], indent=1), encoding="utf-8")
        if found.refused:
            worst = next(f.sentence for f in found.findings if f.severity == "refuse")
            raise PaybenchError(
                f"The ledger is refused for {found.refused} findings ({worst}); 'paybench ledger check' lists them: "
                "set them right, and import it again."
            )

    def _explain(self, new: Path) -> None:
        quiet()
        pages, candidate = new / "notebooks", self._training.candidate()
        pages.mkdir()
        parameters: dict[str, str | int] = {
            "ledger": str(self.steps.folder / "import" / "ledger"),
            "as_of": self.about["as_of"],
            "trials": self.settings.trials,
            "minutes": self.settings.minutes,
            "seed": self.settings.seed,
            "candidate": str(candidate.folder),
        }
        # A scheduler tries no change of the parameters out, and shows no number of a customer's.
        compared: dict[str, str | int] = {"store": str(self.store.folder), "change": ""}
        plain: dict[str, str | int] = {"invoice": ""}
        for name in NOTEBOOKS:
            say(f"running {name}", True)
            more = compared if name in COMPARING else plain
            run_notebook(FOLDER / name, pages, parameters | more, self.settings.cell_timeout)
        write_pictures(candidate, new)
