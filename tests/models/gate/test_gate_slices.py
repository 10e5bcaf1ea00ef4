"""The gate looks at large slices: chance refuses nobody who is right, and what is wrong on one slice is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paybench.models.gate.slices import Said, by_slice

LIMITS = (20, 0.08, (0.70, 0.90))
N, CUSTOMERS = 4000, 160


def honest(seed: int, of_customer: float = 0.0, of_sizes: float = 1.0) -> Said:
    """Outcomes drawn from what was said, but for errors of each customer's own in log-odds.

    Parameters
    ----------
    of_customer : standard deviation of these errors. of_sizes : of the logarithm of customers' sizes.
    """
    rng = np.random.default_rng(seed)
    share = rng.lognormal(0, of_sizes, CUSTOMERS)
    customer = rng.choice(CUSTOMERS, N, p=share / share.sum())
    p = rng.beta(1.5, 2.0, N)
    off = of_customer * rng.standard_normal(CUSTOMERS)[customer]
    late = rng.random(N) < 1 / (1 + (1 / p - 1) * np.exp(-off))
    rows = pd.DataFrame(
        {
            "n_settled": rng.integers(0, 90, N).astype(float),
            "amount": rng.lognormal(5, 1, N),
            "currency": pd.Series(np.where(customer % 5 == 0, "USD", "EUR"), dtype="str"),
            "country": pd.Series(np.array(["DE", "FR", "US", "NL", "GB"])[customer % 5], dtype="str"),
        }
    )
    covered = np.clip(rng.normal(0.8 + 0.1 * off, 0.3), 0, 1)
    return Said(rows, pd.Index(customer.astype(str)), late.astype(np.float64), p, covered)


def refused(said: Said) -> bool:
    return not by_slice(said, *LIMITS)["passed"].all()


@pytest.mark.parametrize("of_customer", [0.0, 0.5, 1.0])
def test_chance_does_not_refuse_who_is_right(of_customer: float) -> None:
    # A dozen looks each, at customers who go wrong together: none of twenty honest models is refused.
    assert not any(refused(honest(seed, of_customer)) for seed in range(20))


def test_a_few_large_customers_do_not_pass_for_many() -> None:
    # Nor where a handful of customers have most invoices, so that their own errors decide every slice.
    assert sum(refused(honest(seed, 0.7, of_sizes=2.5)) for seed in range(20)) <= 1


@pytest.mark.parametrize("country", ["DE", "NL"])
def test_what_is_off_on_one_slice_is_found_there(country: str) -> None:
    for seed in range(8):
        said = honest(seed, 0.3)
        where = (said.rows["country"] == country).to_numpy()
        odds = np.log(said.p_late / (1 - said.p_late)) + 1.5 * where
        table = by_slice(replace(said, p_late=1 / (1 + np.exp(-odds))), *LIMITS).set_index(["slice", "part"])
        # A quarter of the probability too much on one country is seen, and on the others nothing is.
        assert not table["passed"]["country", country]
        assert table["passed"]["country"].drop(country).all()


def test_intervals_that_are_too_narrow_on_one_slice_are_found_there() -> None:
    for seed in range(8):
        said = honest(seed)
        where = (said.rows["country"] == "FR").to_numpy()
        table = by_slice(replace(said, covered=np.where(where, said.covered * 0.6, said.covered)), *LIMITS)
        failed = table[~table["passed"]]
        # They hold less than half of what comes; P(late) is right, and is not blamed.
        assert "FR" in set(failed["part"])
        assert (failed["error"] <= failed["most_error"]).all()
        assert (failed["coverage"] < failed["least_coverage"]).all()


def test_the_order_of_rows_decides_nothing() -> None:
    said = honest(3, 0.5)
    order = np.random.default_rng(0).permutation(N)
    mixed = Said(
        said.rows.iloc[order].reset_index(drop=True),
        said.customers[order],
        said.late[order],
        said.p_late[order],
        said.covered[order],
    )
    one, other = (by_slice(s, *LIMITS).set_index(["slice", "part"]).sort_index() for s in (said, mixed))
    # The same table from the same rows in another order, the drawn limits up to what the order of slices draws.
    facts = ["n", "customers", "late", "said", "error", "coverage", "passed"]
    pd.testing.assert_frame_equal(one[facts], other[facts])
    assert one["most_error"].to_numpy() == pytest.approx(other["most_error"].to_numpy(), abs=1e-9)


def test_only_large_slices_of_many_customers_are_judged() -> None:
    said = honest(0)
    rows = said.rows.assign(country=np.where(np.arange(N) < 499, "AT", "DE"))
    rows["country"] = rows["country"].astype("str")
    of_few = replace(said, rows=rows)
    parts = by_slice(of_few, *LIMITS)
    # 499 rows are not a large slice; what is left over is told apart from them only by being the others' rest.
    assert "AT" not in set(parts["part"])
    assert parts["n"].min() >= 500
    customers = np.where(rows["country"] == "DE", "one", said.customers)
    # 3,501 invoices of one customer say something of that customer.
    assert "DE" not in set(by_slice(replace(of_few, customers=pd.Index(customers)), *LIMITS).get("part", []))


def test_a_small_book_has_no_large_slice() -> None:
    said = honest(0)
    few = Said(said.rows.head(400), said.customers[:400], said.late[:400], said.p_late[:400], said.covered[:400])
    # Nothing to judge, and nothing refused.
    assert by_slice(few, *LIMITS).empty
