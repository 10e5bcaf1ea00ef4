"""What came later is counted from invoices that nobody knew the end of, by a slow count too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from paybench.decide.segments import usefulness
from paybench.decide.segments.useful import auc
from paybench.errors import PaybenchError
from paybench.ledger import as_of, settle
from tests.decide.segments.small import AT, book, told

LATER = "2025-09-01"


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_auc_is_scikit_learns(rows: list[tuple[int, bool]]) -> None:
    score, event = np.array([r[0] for r in rows], dtype=np.float64), np.array([r[1] for r in rows])
    if event.all() or not event.any():
        assert np.isnan(auc(score, event))
    else:
        assert auc(score, event) == pytest.approx(roc_auc_score(event, score))


def test_the_table_is_the_slow_count() -> None:
    came = usefulness(told(), book(), LATER)
    at, later, most = pd.Timestamp(AT), pd.Timestamp(LATER), told().settings.most_days
    segment_of = {(r.customer_id, r.currency): r.segment for r in told().table.itertuples()}
    rows = []
    for row in settle(as_of(book(), LATER)).itertuples():
        name = segment_of.get((row.customer_id, row.currency))
        in_time = at <= row.due_on < at + pd.Timedelta(days=92) and row.due_on + pd.Timedelta(days=most) < later
        if name is None or row.cancelled or not in_time or row.settled_on < at:
            continue
        unpaid = np.isnan(row.days_late) or row.days_late > most
        late = most if np.isnan(row.days_late) else float(np.clip(float(row.days_late), 0, most))
        rows.append((name, np.isnan(row.days_late) or row.days_late > book().grace_days, late, unpaid))
    slow = pd.DataFrame(rows, columns=["segment", "late", "days_overdue", "unpaid"]).groupby("segment")
    found = came.table.set_index("segment")
    pd.testing.assert_series_equal(found["invoices"].sort_index(), slow.size(), check_names=False)
    for column in ("late", "days_overdue", "unpaid"):
        np.testing.assert_allclose(found[column].sort_index(), slow[column].mean())


def test_segments_tell_what_comes() -> None:
    came = usefulness(told(), book(), LATER)
    by_risk = came.risks.set_index("risk")
    # Who is slow or risky pays later than the reliable; how the two differ is not told by a book as small as this.
    for column in ("late", "days_overdue", "unpaid"):
        assert by_risk.at["low", column] < by_risk.loc[["medium", "high"], column].min()
    assert came.late_auc > 0.65
    assert came.unpaid_auc > 0.6
    assert came.kruskal_p < 1e-4
    assert max(map(len, str(came).splitlines())) < 80


def test_later_has_to_be_later() -> None:
    with pytest.raises(PaybenchError, match=f"later is {AT}; give a day after as_of, which is {AT}."):
        usefulness(told(), book(), AT)
    with pytest.raises(PaybenchError, match="has matured by 2025-05-20; give a later day, some 122 days after as_of."):
        usefulness(told(), book(), "2025-05-20")
