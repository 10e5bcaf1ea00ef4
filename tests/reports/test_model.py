"""The model report: its numbers are the candidate's, its attributions add up, and it says who answers for it."""

from __future__ import annotations

import ast
import html
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from paybench import PaybenchError, read_ledger
from paybench.cli import main
from paybench.explain.attributions import attributions
from paybench.explain.trust import METRICS
from paybench.explain.vector_shap import thirds
from paybench.features import all_features
from paybench.models.family.distribution import DaysLate
from paybench.models.gate.evidence import Evidence
from paybench.models.gate.gate import weigh
from paybench.models.gate.simpler import Complexity
from paybench.models.judge.compare import EMPIRICAL, MODEL, Prediction, skills
from paybench.models.learn.bundle import DAY_BY_DAY, write_bundle
from paybench.models.learn.calibrate import Calibrator
from paybench.models.learn.metrics import coverage
from paybench.models.store.store import Store
from paybench.models.training.candidate import Candidate
from paybench.models.training.card import write_card
from paybench.models.training.train import train
from paybench.models.versions.promotion import challenge, promote, rollback
from paybench.models.versions.registry import register
from paybench.pages import language
from paybench.reports.model import model_report, write_model
from paybench.reports.model.drawn import STEPS
from paybench.reports.model.explained import CALIBRATOR, HAZARD, TREES, changed, explained, line
from paybench.reports.model.judged import as_rows, judged
from paybench.reports.model.moved import moved
from paybench.reports.model.page import ACTS, CONTENTS, ROLES, as_html
from paybench.reports.model.said import FAMILIES, UNITS
from paybench.reports.model.subject import Subject, card_of, subject
from paybench.reports.model.told import ANSWERS, NAMES, known, told
from paybench.reports.model.write import findings
from tests.trained import Trained

ROOM = Path(__file__).parents[2] / "src" / "reports" / "model"
SIGNED = "Ada <b>King</b> & Co."


def text_of(page: str) -> str:
    """What a reader reads of a page."""
    body = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>", " ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def candidate(trained: Trained) -> Candidate:
    return Candidate((trained.store / "candidate").resolve())


@pytest.fixture(scope="module")
def page(trained: Trained) -> str:
    return model_report(trained.store, 2)


@pytest.fixture(scope="module")
def copied(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A copy of the store with a version 3, of other amounts and another calibrator, that nobody judged yet."""
    place = tmp_path_factory.mktemp("copied")
    store = Store.at(shutil.copytree(trained.store, place / "store"))
    assert main(["store", "moved", "--store", str(store.folder)]) == 0
    other = Candidate(shutil.copytree((trained.store / "candidate").resolve(), place / "other"))
    (other.folder / "candidate.json").write_text(json.dumps(other.about | {"key": "another"}))
    other.rows.assign(amount=other.rows["amount"] * 10).to_parquet(other.folder / "gate.parquet", index=False)
    for part in ("bundle", "twin"):
        bundle = getattr(other, part)
        shifted = replace(bundle.late_calibrator, shift=bundle.late_calibrator.shift - 0.5)
        write_bundle(replace(bundle, late_calibrator=shifted), other.folder / part)
    challenge(store, register(store, Candidate(other.folder)))
    return store


def test_the_page_has_the_numbers_of_the_training(candidate: Candidate, page: str) -> None:
    shown = text_of(page)
    card = card_of(candidate)

    # Every figure of every model, as the card has it.
    for figures in card["figures"].values():
        for m in METRICS:
            if m.key in figures:
                value = f"{100 * figures[m.key]:.1f} %" if m.key == "coverage_80" else f"{figures[m.key]:.{m.places}f}"
                assert value in shown, (m.key, value)

    # The skill with its interval, the reliability with its counts, the data, the hashes.
    for values in candidate.about["skill"].values():
        for value in values:
            assert f"{abs(100 * value):.1f} %" in shown
    for b in candidate.bundle.about["reliability"]:
        assert f"{b['n']:,.0f} {100 * b['predicted']:.1f} % {100 * b['observed']:.1f} %" in shown
    about = candidate.about
    for number in (about["gate_rows"], about["fit_rows"], about["rows"]["issued"], about["gate_customers"]):
        assert f"{number:,}" in shown
    for name in ("data_hash", "code", "key"):
        assert about[name] in shown
    assert "As of 1 May 2025; nothing dated that day or later was used" in shown
    assert all(told(limit, language("en")) in shown for limit in card["limits"])

    assert "It is the champion: it serves." in shown
    assert "It is the challenger" not in shown


def test_what_is_computed_here_agrees_with_the_training(candidate: Candidate) -> None:
    rows, about = candidate.rows, candidate.about
    horizon, facts, found = int(about["horizon"]), as_rows(candidate.rows), judged(candidate)

    # The twin says of the kept rows what it said in the training, so that nothing that it looks at is missing here.
    said = candidate.twin.predict_from(candidate.past, facts.X)
    assert said.later_than(int(about["grace_days"])) == pytest.approx(rows[f"p: {MODEL}"], abs=1e-12)

    # The 80 % that are shown are the training's, and those of the same computation as the others'.
    held = {level: coverage(facts.y, said, level, horizon).mean() for level in (0.5, 0.8, 0.95)}
    assert found.levels["covered"].to_dict() == pytest.approx(held)
    assert found.levels["covered"][0.8] == pytest.approx(candidate.metrics["coverage_80"][MODEL])
    assert found.levels["width"].is_monotonic_increasing

    # So is the gain over the customer's own distribution.
    kinds = ("p", "days", "crps")
    p, theirs = (Prediction(n, *(rows[f"{k}: {n}"].to_numpy() for k in kinds)) for n in (MODEL, EMPIRICAL))
    again = skills(p, theirs, facts.late, facts.y, facts.customers, horizon)
    for loss, values in about["skill"].items():
        assert found.rivals.loc[(EMPIRICAL, loss)].tolist() == values
        assert again[loss] == pytest.approx(values, abs=1e-4)

    # The parts of each slice are all of the rows.
    assert set(found.parts.groupby(level="slice")["n"].sum()) == {len(rows)}


def test_attributions_add_up_to_what_is_served(candidate: Candidate, page: str) -> None:
    X, past, bundle = as_rows(candidate.rows).X, candidate.past, candidate.bundle
    why = explained(bundle, X, past)
    assert why is not None
    said, seen = bundle.predict_seen(past, X)

    # Base and attributions of each row are the P(late) that a score table has; the page says by how much at most not.
    served = said.later_than(bundle.grace_days)
    sums = attributions(bundle, seen).sum(axis=1).to_numpy()
    assert 100 * np.abs(sums - served).max() == why.gap < 1e-9
    assert why.base + why.values.sum(axis=1).to_numpy() == pytest.approx(100 * served, abs=1e-9)
    shown = f"{why.gap:.1e}".replace("e-", "e\N{MINUS SIGN}")
    assert f"the largest difference among all {len(X)} is {shown} points" in text_of(page)
    assert "path-dependent TreeSHAP" in text_of(page)

    # Families take all of it, and each step is what its part of the model does.
    known_families = {f.name: f.family for f in all_features()}
    history = [c for c in why.values if known_families.get(str(c)) == "history"]
    assert why.families["history"] == pytest.approx(why.values[history].sum(axis=1).abs().mean())
    assert why.families[HAZARD] == pytest.approx(why.importance[DAY_BY_DAY])
    assert bundle.late is not None
    assert bundle.late_encoder is not None
    raw = bundle.late.predict(bundle.late_encoder.transform(seen))
    assert why.steps.loc[TREES, "mean"] == pytest.approx(100 * np.mean(raw))
    plain = explained(replace(bundle, late_calibrator=Calibrator()), X, past)
    assert plain is not None
    assert plain.steps.loc[CALIBRATOR, "moved"] == pytest.approx(0.0, abs=1e-9)
    assert why.steps.loc[HAZARD, "mean"] == pytest.approx(100 * served.mean())
    assert why.steps.loc[HAZARD, "moved"] <= why.steps.loc[HAZARD, "most"]

    # Of a version against itself nothing has changed.
    same = changed(why, why)
    assert same.moved == 0.0
    assert same.together == pytest.approx(1.0)
    assert (same.table["curve"] == 0).all()
    assert (same.table["now"] == same.table["before"]).all()


def test_a_line_of_dependence_loses_no_row() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=1000), rng.normal(size=1000)
    for values in (x, np.round(x)):
        found = line(values, y)
        assert found.n.sum() == 1000
        assert np.average(found.y, weights=found.n) == pytest.approx(y.mean())
        assert (np.diff(found.x) > 0).all()
    assert line(np.array([np.nan, 1.0]), np.array([5.0, 3.0])).y.tolist() == [3.0]
    assert len(line(np.full(3, np.nan), np.zeros(3)).n) == 0
    assert thirds(np.full(4, np.nan)).tolist() == [3, 3, 3, 3]


def test_no_invoice_and_no_customer_is_named(candidate: Candidate, trained: Trained, page: str) -> None:
    ledger = read_ledger(trained.ledger)
    names = {*ledger.invoices["invoice_id"], *ledger.customers["customer_id"], *ledger.customers["name"].dropna()}
    words = set(re.findall(r"[\w.-]+", page))
    assert not names & words
    assert not {*candidate.rows["invoice"], *candidate.rows["customer"]} & words


def test_what_waits_is_told_before_it_is_signed_and_who_signed_after(copied: Store, tmp_path: Path) -> None:
    before = sorted(copied.folder.joinpath("promotions.jsonl").read_text().splitlines())
    shown = text_of(model_report(copied.folder, "challenger"))

    # The gate has not been asked, and asking for the page does not ask it.
    assert "The gate was not asked yet; asked now, it would say yes to" in shown
    assert "Nobody has signed it in the store. On paper:" in shown
    assert sorted(copied.folder.joinpath("promotions.jsonl").read_text().splitlines()) == before
    assert "gate.json" not in [p.name for p in copied.artifacts(subject(copied, 3).version.run_id).iterdir()]

    # What drifted and what moved since the version before is told: amounts, and the calibrator.
    assert "Compared with payment-timing v2" in shown
    assert re.search(r"Amount of the invoice [\d.]+ [\d.]+ 0 % 0 % yes", shown)

    # Once signed, the page says by whom, as the log has it, and what the gate said.
    _, verdict = promote(copied, SIGNED)
    page = model_report(copied.folder, 3)
    shown = text_of(page)
    assert f"Signed by {SIGNED} on" in shown
    assert "Nobody has signed" not in shown
    assert "<b>King" not in page
    answers = [told(c.text, language("en")) for c in verdict.checks]
    assert all(answer.replace("\N{NO-BREAK SPACE}", " ") in shown for answer in answers)
    assert ("The gate refused it" in shown) is not verdict.promoted

    # A version that served again by hand says so.
    if verdict.promoted:
        rollback(copied, SIGNED)
    write_model(copied.folder, tmp_path / "v2.html", "2")
    assert "What happened to this version" in (tmp_path / "v2.html").read_text(encoding="utf-8")

    # A log that was changed makes no signature.
    log = copied.folder / "promotions.jsonl"
    kept = log.read_text()
    log.write_text(kept.replace("Ada", "Eve"))
    with pytest.raises(PaybenchError, match="promotion log .* is broken"):
        model_report(copied.folder, 3)
    log.write_text(kept)


def test_drift_is_that_of_what_trained_if_the_ledger_is_given(copied: Store, trained: Trained) -> None:
    now, before = (subject(copied, n).candidate for n in (3, 2))
    ledger = read_ledger(trained.ledger)

    # By the rows that judged, amounts are ten times as large; by the ledger, both trained on the same.
    assert moved(now, before).table["drifted"][lambda d: d].index.tolist() == ["amount"]
    found = moved(now, before, ledger)
    assert found.training
    assert found.same
    assert found.rows == (now.about["matured"],) * 2
    assert (found.table["psi"] < 1e-12).all()

    # Another ledger is told from it.
    other = ledger.with_tables({"invoices": ledger.invoices.assign(amount=ledger.invoices["amount"] + 1)})
    with pytest.raises(PaybenchError, match=r"trained on other data than .* give its ledger, or none\."):
        moved(now, before, other)


def test_what_was_not_trained_has_a_short_honest_page(trained: Trained, tmp_path: Path) -> None:
    # The Baseline, the first champion.
    for code, said in (("en", "This version is the Baseline"), ("de", "Diese Fassung ist das Vergleichsmodell")):
        shown = text_of(model_report(trained.store, 1, language=code))
        assert said in shown
        assert "SHAP" not in shown
        assert len(shown) < 4000

    # A training that was declined: why, on what, and what would be needed. It is no version, and cannot be signed.
    declined = train(read_ledger(trained.ledger), "2024-05-01", tmp_path / "candidate")
    assert declined.declined
    about = Subject(declined, card_of(declined))
    shown = text_of(as_html(findings(about), language("en")))
    assert f"No model was trained: {declined.declined}." in shown
    assert f"About {declined.about['needed']:,} invoices whose outcome is known are needed." in shown
    assert "Nobody has signed" not in shown
    german = text_of(as_html(findings(about), language("de")))
    assert "Es wurde kein Modell trainiert: zu wenige Ausgänge" in german

    # The latest training is asked for by that word.
    latest = Store.at(trained.store)
    assert subject(latest, "latest").label == "payment-timing v2"


def test_hostile_names_stand_as_text(candidate: Candidate, tmp_path: Path) -> None:
    bad = "<script>alert(1)</script>"
    other = Candidate(shutil.copytree(candidate.folder, tmp_path / "bad"))
    (other.folder / "candidate.json").write_text(json.dumps(other.about | {"book": f"{bad}\N{RIGHT-TO-LEFT OVERRIDE}"}))
    rows = other.rows
    rows["country"] = pd.Series(np.where(np.arange(len(rows)) % 2, bad, "</svg>DE"), rows.index, dtype="str")
    rows.to_parquet(other.folder / "gate.parquet", index=False)
    other = Candidate(other.folder)
    write_card(other)
    page = as_html(findings(Subject(other, card_of(other))), language("en"))
    assert "<script" not in page
    assert "</svg>DE" not in page
    assert page.count(html.escape(bad)) >= 2


def test_every_sentence_is_german_too(trained: Trained, copied: Store) -> None:
    catalogue = yaml.safe_load((ROOM.parents[1] / "pages" / "de.yaml").read_text(encoding="utf-8"))
    asked = {*ANSWERS, *NAMES, *UNITS.values(), *FAMILIES.values(), *STEPS.values(), *ROLES.values(), *ACTS.values()}
    asked |= {name for name, _, _ in CONTENTS} | {m.name for m in METRICS} | {m.meaning for m in METRICS}
    for file in ROOM.glob("*.py"):
        calls = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call) and n.args]
        called = [n.args[0] for n in calls if isinstance(n.func, ast.Name) and n.func.id == "t"]
        asked |= {str(n.value) for n in called if isinstance(n, ast.Constant)}
    template = (ROOM / "page.html").read_text()
    asked |= {a or b for a, b in re.findall(r"""\bt\((?:"([^"]*)"|'([^']*)')""", template)}
    asked -= {""}
    assert asked - set(catalogue) == set()

    # With the same places for the same values; what the table says need not be repeated.
    for sentence in asked:
        places = [set(re.findall(r"\{(\w+)\}", s)) for s in (sentence, catalogue[sentence])]
        assert places[1] <= places[0], sentence
        assert places[0] - places[1] <= {"which"}, sentence

    # No sentence of the English page is left in the German one, and its numbers are written the German way.
    english, german = (text_of(model_report(copied.folder, 3, language=code)) for code in ("en", "de"))
    left = [s for s in asked if len(s.split()) > 3 and "{" not in s and s in english and s in german]
    assert left == []
    assert re.search(r"\d,\d %", german)
    assert not re.search(r"\d\.\d+ %", german)


def test_all_answers_of_the_gate_can_be_told(candidate: Candidate, copied: Store) -> None:
    rows, past, about = candidate.rows, candidate.past, candidate.about

    def said(slope: float = 1.0, shift: float = 0.0) -> DaysLate:
        same = Calibrator(shift, slope)
        return replace(candidate.twin, calibrator=same, late_calibrator=same).predict_from(past, rows)

    ours = said()
    fine = Evidence(rows, ours, None, int(about["horizon"]), int(about["grace_days"]), about["gate_from"])
    few = replace(fine, rows=rows.head(50), ours=ours.rows(slice(0, 50)))
    drawn = [
        fine,
        few,
        replace(fine, leak_free=True),
        replace(fine, leak_free=False, known="2030-01-01"),
        replace(fine, theirs=said(), size=Complexity(10, 5), their_size=Complexity(1000, 50)),
        replace(fine, theirs=said(1.02)),
        *(replace(fine, ours=said(slope, shift)) for slope, shift in ((4, 0), (0.2, 0), (1, 2), (1, -2))),
    ]
    answers = {check.text for evidence in drawn for check in weigh(evidence).checks}
    assert len(answers) > 20
    assert [text for text in answers if not known(text)] == []

    # In English they stay as they are but for their dates and signs; in German no English word of them is left.
    for text in answers:
        assert not re.search(r"\b(the|against|above|cover|allowed|rows)\b", told(text, language("de"))), text
    kept = "CRPS -1.2% against the champion (95 % interval -2.0% to +0.1%; above 0 is needed)"
    assert told(kept, language("de")).replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-") == (
        "CRPS -1,2 % gegen den Champion (95-%-Intervall -2,0 % bis +0,1 %; mehr als 0 ist nötig)"
    )
    assert told("a sentence of another time", language("de")) == "a sentence of another time"


def test_what_cannot_be_done_is_said_in_one_sentence(trained: Trained, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    asked: tuple[tuple[str | int, str], ...] = (
        ("best", "There is no version called 'best'; give champion, challenger, previous_champion, latest, or a"),
        (7, r"has no version 7; its versions are: 1, 2\."),
    )
    for version, sentence in asked:
        with pytest.raises(PaybenchError, match=sentence):
            write_model(trained.store, out, version)
    with pytest.raises(PaybenchError, match="There is no store at .* or name another --store"):
        write_model(tmp_path / "nowhere", out)
    with pytest.raises(PaybenchError, match=r"written as .html, not as 'report.pdf'"):
        write_model(trained.store, tmp_path / "report.pdf")
    with pytest.raises(PaybenchError, match="Pages are not written in 'fr'"):
        write_model(trained.store, out, language="fr")
    assert list(tmp_path.iterdir()) == []
