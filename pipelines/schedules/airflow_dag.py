"""The nights of a book for Apache Airflow (2.4 or newer, also 3): copy this file into its folder of DAGs.

    read  ──▶  score  ──▶  forecast  ──▶  decide  ──▶  monitor  ──▶  retrain  ──▶  score_again  ──▶  forecast_again
                                                       (exit code 0: nothing is due, and the rest is skipped)

`read` reads new messages of customers where a model of replies serves, and does nothing where none does.

`{{ ds }}` is the day that a run stands for, and as_of: nothing dated on it or later is known, so that a run of a past
day (`airflow dags backfill`) gives what it would have given then. The folders are Airflow variables: paybench_home,
paybench_ledger, paybench_store, paybench_out. Each task ends with a JSON object, and can be run again: what was done is
not done twice. Airflow is not a dependency of paybench.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

PYTHON = "{{ var.value.paybench_home }}/.venv/bin/python"
PIPELINES = "{{ var.value.paybench_home }}/pipelines"
BOOK = "--as-of {{ ds }} --store {{ var.value.paybench_store }}"
LEDGER = "{{ var.value.paybench_ledger }}"
OUT = "{{ var.value.paybench_out }}"

STORE = "{{ var.value.paybench_store }}"
READ = f"if [ -d {STORE}/replies ]; then {PYTHON} -m paybench replies read {LEDGER} --store {STORE}; fi"
SCORE = f"{PYTHON} {PIPELINES}/score.py --ledger {LEDGER} {BOOK} --out {OUT}/scores-{{{{ ds }}}}.parquet"
FORECAST = f"{PYTHON} {PIPELINES}/forecast.py --ledger {LEDGER} {BOOK} --out {OUT}/forecast-{{{{ ds }}}}"
DECIDE = (
    f"{PYTHON} {PIPELINES}/decide.py --ledger {LEDGER} {BOOK} --out {OUT}/decisions --log {OUT}/withheld.parquet --keep"
)
# 3 says that retraining is due: then the task is done. 0 skips what comes after it (99 is Airflow's code for that).
MONITOR = (
    f"{PYTHON} -m paybench monitor {LEDGER} {BOOK} --out {OUT}/monitor --json; "
    "code=$?; [ $code -eq 3 ] && exit 0; [ $code -eq 0 ] && exit 99; exit $code"
)
RETRAIN = f"{PYTHON} {PIPELINES}/retrain.py --ledger {LEDGER} {BOOK} --because 'the monitor of {{{{ ds }}}}'"

with DAG(
    dag_id="paybench",
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
):
    read = BashOperator(task_id="read", bash_command=READ)
    score = BashOperator(task_id="score", bash_command=SCORE)
    forecast = BashOperator(task_id="forecast", bash_command=FORECAST)
    decide = BashOperator(task_id="decide", bash_command=DECIDE)
    monitor = BashOperator(task_id="monitor", bash_command=MONITOR, skip_on_exit_code=99)
    retrain = BashOperator(task_id="retrain", bash_command=RETRAIN, execution_timeout=timedelta(hours=6))
    score_again = BashOperator(task_id="score_again", bash_command=SCORE)
    forecast_again = BashOperator(task_id="forecast_again", bash_command=FORECAST)
    read >> score >> forecast >> decide >> monitor >> retrain >> score_again >> forecast_again
