#!/bin/sh
# One night of one book: score what is open, forecast its cash, decide whom to contact in the morning, look whether the
# model still holds, train anew if it does not.
#
#     LEDGER=/srv/books/acme STORE=/srv/paybench/mlruns OUT=/srv/paybench/nightly pipelines/schedules/nightly.sh [DATE]
#
# DATE is as_of, today by default. DECIDE holds further options of decide.py (for example --policy FILE), RETRAIN those
# of retrain.py (for example --dry-run). What is printed is
# one JSON line for each thing done; progress goes to standard error. Exit code 0: all is well; otherwise that of what went
# wrong, and what was done before it stays. Run again, it goes on.
set -eu
as_of=${1:-$(date +%F)}
home=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
python=${PYTHON:-$home/.venv/bin/python}

# Where a model of replies serves, new messages are read first: what they mean is what the next training learns from.
if [ -d "$STORE/replies" ]; then
    "$python" -m paybench replies read "$LEDGER" --store "$STORE" >&2
fi
"$python" "$home/pipelines/score.py" --ledger "$LEDGER" --as-of "$as_of" --store "$STORE" --out "$OUT/scores-$as_of.parquet"
"$python" "$home/pipelines/forecast.py" --ledger "$LEDGER" --as-of "$as_of" --store "$STORE" --out "$OUT/forecast-$as_of"

# shellcheck disable=SC2086  # DECIDE is a list of options
"$python" "$home/pipelines/decide.py" --ledger "$LEDGER" --as-of "$as_of" --store "$STORE" --out "$OUT/decisions" \
    --log "$OUT/withheld.parquet" --keep ${DECIDE:-}

due=0
"$python" -m paybench monitor "$LEDGER" --as-of "$as_of" --store "$STORE" --out "$OUT/monitor" --json || due=$?
case $due in
0) exit 0 ;;
3) ;;
*) exit "$due" ;;
esac

# shellcheck disable=SC2086  # RETRAIN is a list of options
"$python" "$home/pipelines/retrain.py" --ledger "$LEDGER" --as-of "$as_of" --store "$STORE" \
    --because "the monitor of $as_of says that retraining is due" ${RETRAIN:-}
"$python" "$home/pipelines/score.py" --ledger "$LEDGER" --as-of "$as_of" --store "$STORE" --out "$OUT/scores-$as_of.parquet"
"$python" "$home/pipelines/forecast.py" --ledger "$LEDGER" --as-of "$as_of" --store "$STORE" --out "$OUT/forecast-$as_of"
