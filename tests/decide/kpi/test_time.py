"""The law of time: what is dated or recorded on a day or later changes nothing that is said of that day."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.kpi import ageing, at_risk, kpi_history, kpi_table, movements, roll_rates
from paybench.ledger import known
from tests.strategies import cut_offs, futures, ledgers


@given(st.data())
def test_the_future_changes_nothing(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    other = data.draw(futures(ledger, date))
    # To the last bit, whichever customers are taken together.
    for group in ("country", "customer"):
        pd.testing.assert_frame_equal(ageing(ledger, date, group=group), ageing(other, date, group=group))
    for asked in (kpi_table, roll_rates, movements, at_risk):
        pd.testing.assert_frame_equal(asked(ledger, date), asked(other, date), check_exact=True)
    # Neither does it change what is told of earlier days, nor which days are told of.
    one, two = (kpi_history(book, date, days=7, dso_days=7) for book in (ledger, other))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@given(st.data())
def test_a_history_is_one_table_after_another(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    dates = [date - pd.Timedelta(days=back) for back in (30, 0)]
    history = kpi_history(ledger, date, dates=dates, group="country")
    for at in dates:
        mine = history[history["as_of"] == at].drop(columns="as_of").reset_index(drop=True)
        # Each as it was known then: as on a ledger that ends there.
        pd.testing.assert_frame_equal(mine, kpi_table(known(ledger, at), at, group="country"))
