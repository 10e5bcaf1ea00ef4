"""One statement per family of features, the columns in the order of the specification, a row per decision point."""

from __future__ import annotations

TERMS = """
SELECT amount / 10000.0 AS amount,
    due - issued AS terms_days,
    parent_id IS NOT NULL AS instalment,
    currency,
    country
FROM point LEFT JOIN own ON own.n = point.n
ORDER BY point.n
"""

CALENDAR = """
WITH dated AS (
    SELECT n, t, due, COALESCE(country, '') AS country,
        CAST(STRFTIME('%m', due * 86400, 'unixepoch') AS INTEGER) AS month
    FROM own)
SELECT ((due + 3) % 7 + 7) % 7 AS due_weekday,
    CAST(JULIANDAY(due * 86400, 'unixepoch', 'start of month', '+1 month', '-1 day')
        - JULIANDAY(due * 86400, 'unixepoch') AS INTEGER) AS due_to_month_end,
    CAST(JULIANDAY(due * 86400, 'unixepoch', 'start of year', '+' || CASE
            WHEN month <= 3 THEN 3 WHEN month <= 6 THEN 6 WHEN month <= 9 THEN 9 ELSE 12 END || ' months', '-1 day')
        - JULIANDAY(due * 86400, 'unixepoch') AS INTEGER) AS due_to_quarter_end,
    (SELECT MIN(day) FROM workday w WHERE w.country = dated.country AND day >= due) - due AS due_to_workday,
    (SELECT COUNT(*) FROM workday w WHERE w.country = dated.country AND day >= dated.t AND day < due) AS workdays_to_due
FROM point LEFT JOIN dated ON dated.n = point.n
ORDER BY point.n
"""

AGE = """
SELECT point.t - own.issued AS age_days,
    own.due - point.t AS days_to_due,
    CASE WHEN state.amount IS NULL THEN 0 ELSE 1 - state.still_due * 1.0 / state.amount END AS paid_share
FROM point
LEFT JOIN own ON own.n = point.n
LEFT JOIN state ON state.t = point.t AND state.invoice_id = point.invoice_id
ORDER BY point.n
"""

# Counted back from the last one settled; and the two ways to say which payment day is usual.
SETTLED = """
CREATE TABLE history AS
SELECT *, days_late > (SELECT grace FROM setting) AS late,
    AVG(days_late) OVER (PARTITION BY n) AS mean_late,
    AVG(days_to_pay) OVER (PARTITION BY n) AS mean_to_pay,
    ROW_NUMBER() OVER (PARTITION BY n ORDER BY settled DESC, due DESC, invoice_id DESC) AS back,
    t - settled AS ago,
    ((settled + 3) % 7 + 7) % 7 AS weekday,
    CAST(STRFTIME('%d', settled * 86400, 'unixepoch') AS INTEGER) AS month_day,
    COALESCE((
        SELECT MIN(p.own_day) FROM known_payment p
        WHERE p.t = other.t AND p.invoice_id = other.invoice_id AND p.kind = 'payment' AND p.amount > 0
    ) < settled, 0) AS in_parts
FROM other WHERE settled IS NOT NULL AND NOT cancelled;
CREATE INDEX history_index ON history (n);

CREATE TABLE usual_weekday AS
SELECT n, weekday, COUNT(*) AS times,
    ROW_NUMBER() OVER (PARTITION BY n ORDER BY COUNT(*) DESC, weekday) AS place
FROM history GROUP BY n, weekday;

CREATE TABLE usual_month_day AS
SELECT n, month_day, ROW_NUMBER() OVER (PARTITION BY n ORDER BY COUNT(*) DESC, month_day) AS place
FROM history GROUP BY n, month_day;

CREATE TABLE last_ten AS
SELECT n, days_late,
    ROW_NUMBER() OVER (PARTITION BY n ORDER BY days_late) AS place,
    COUNT(*) OVER (PARTITION BY n) AS times
FROM history WHERE back <= 10;

CREATE TABLE fallen_due AS
SELECT n, settled IS NULL OR days_late > (SELECT grace FROM setting) AS late,
    ROW_NUMBER() OVER (
        PARTITION BY n
        ORDER BY MAX(due + (SELECT grace FROM setting), issued) DESC, due DESC, amount DESC,
            settled IS NULL OR days_late > (SELECT grace FROM setting) DESC) AS back
FROM other WHERE NOT cancelled AND due + (SELECT grace FROM setting) < t;
CREATE INDEX fallen_due_index ON fallen_due (n);
"""

HISTORY = """
WITH past AS (
    SELECT n,
        COUNT(*) AS n_settled,
        AVG(late) AS late_share,
        AVG(days_late) AS days_late_mean,
        CASE WHEN COUNT(*) > 1 THEN
            SQRT(SUM((days_late - mean_late) * (days_late - mean_late)) / (COUNT(*) - 1)) END AS days_late_sd,
        AVG(days_to_pay) AS days_to_pay_mean,
        CASE WHEN COUNT(*) > 1 THEN
            SQRT(SUM((days_to_pay - mean_to_pay) * (days_to_pay - mean_to_pay)) / (COUNT(*) - 1)) END AS days_to_pay_sd,
        SUM(days_late) FILTER (WHERE back = 1) AS days_late_last,
        AVG(days_late) FILTER (WHERE back <= 3) AS days_late_mean_3,
        AVG(days_late) FILTER (WHERE back <= 5) AS days_late_mean_5,
        AVG(days_late) FILTER (WHERE back <= 10) AS days_late_mean_10,
        AVG(late) FILTER (WHERE back <= 10) AS late_share_10,
        MAX(days_late) FILTER (WHERE back <= 10) AS days_late_max_10,
        COUNT(*) FILTER (WHERE ago <= 90) AS n_settled_90,
        AVG(late) FILTER (WHERE ago <= 90) AS late_share_90,
        AVG(days_late) FILTER (WHERE ago <= 90) AS days_late_mean_90,
        AVG(days_late) FILTER (WHERE ago <= 180) AS days_late_mean_180,
        COUNT(*) FILTER (WHERE ago <= 365) AS n_settled_365,
        AVG(late) FILTER (WHERE ago <= 365) AS late_share_365,
        AVG(days_late) FILTER (WHERE ago <= 365) AS days_late_mean_365,
        SUM(days_late * POWER(0.5, ago / 90.0)) / SUM(POWER(0.5, ago / 90.0)) AS days_late_decayed,
        AVG(in_parts) AS part_share
    FROM history GROUP BY n)
SELECT
    (SELECT COUNT(*) FROM other WHERE other.n = point.n) AS n_issued,
    COALESCE(n_settled, 0) AS n_settled,
    COALESCE(n_settled, 0) < 3 AS cold_start,
    late_share,
    days_late_mean,
    days_late_sd,
    days_to_pay_mean,
    days_to_pay_sd,
    (SELECT SUM(h.amount * h.days_late) * 1.0 / SUM(h.amount) FROM history h
     WHERE h.n = point.n AND h.currency = own.currency) AS days_late_by_amount,
    days_late_last,
    days_late_mean_3,
    days_late_mean_5,
    days_late_mean_10,
    late_share_10,
    days_late_max_10,
    (SELECT AVG(days_late) FROM last_ten
     WHERE last_ten.n = point.n AND place IN ((times + 1) / 2, (times + 2) / 2)) AS days_late_median_10,
    COALESCE(n_settled_90, 0) AS n_settled_90,
    late_share_90,
    days_late_mean_90,
    days_late_mean_180,
    COALESCE(n_settled_365, 0) AS n_settled_365,
    late_share_365,
    days_late_mean_365,
    days_late_decayed,
    days_late_mean_3 - days_late_mean AS days_late_trend,
    days_late_mean_90 - days_late_mean_365 AS days_late_trend_90,
    (SELECT AVG(late) FROM fallen_due f WHERE f.n = point.n) AS late_share_due,
    (SELECT AVG(late) FROM fallen_due f WHERE f.n = point.n AND back <= 10) AS late_share_due_10,
    point.t - (
        SELECT MAX(own_day) FROM known_payment p
        WHERE p.t = point.t AND p.customer_id = point.customer_id AND p.kind = 'payment' AND p.amount > 0
            AND p.invoice_id IS NOT point.invoice_id) AS days_since_payment,
    (SELECT weekday FROM usual_weekday u WHERE u.n = point.n AND place = 1) AS pay_weekday,
    (SELECT times * 1.0 FROM usual_weekday u WHERE u.n = point.n AND place = 1) / n_settled AS pay_weekday_share,
    (SELECT month_day FROM usual_month_day u WHERE u.n = point.n AND place = 1) AS pay_month_day,
    part_share,
    (SELECT COUNT(*) FROM other WHERE other.n = point.n AND written_off) AS lost_count,
    (SELECT AVG(EXISTS (SELECT 1 FROM known_dispute d WHERE d.t = o.t AND d.invoice_id = o.invoice_id))
     FROM other o WHERE o.n = point.n) AS disputed_share
FROM point
LEFT JOIN own ON own.n = point.n
LEFT JOIN past ON past.n = point.n
ORDER BY point.n
"""

EXPOSURE = """
WITH same AS (
    SELECT other.*, is_open AND other.due < other.t AS overdue
    FROM other JOIN own ON own.n = other.n AND own.currency = other.currency),
sums AS (
    SELECT n,
        COUNT(*) FILTER (WHERE is_open) AS open_count,
        SUM(still_due) FILTER (WHERE is_open) AS open_amount,
        COUNT(*) FILTER (WHERE overdue) AS overdue_count,
        SUM(still_due) FILTER (WHERE overdue) AS overdue_amount,
        MAX(t - due) FILTER (WHERE overdue) AS oldest_overdue,
        AVG(amount) AS usual,
        SUM(amount) FILTER (WHERE issued >= t - 365) AS billed
    FROM same GROUP BY n)
SELECT COALESCE(open_count, 0) AS open_count,
    COALESCE(open_amount, 0) / 10000.0 AS open_amount,
    COALESCE(overdue_count, 0) AS overdue_count,
    COALESCE(overdue_amount, 0) / 10000.0 AS overdue_amount,
    oldest_overdue,
    own.amount / usual AS amount_to_usual,
    CASE WHEN billed > 0 THEN COALESCE(open_amount, 0) * 1.0 / billed END AS credit_used,
    (SELECT COALESCE(SUM(p.amount), 0) / 10000.0 FROM known_payment p
     WHERE p.t = point.t AND p.customer_id = point.customer_id AND p.kind IN ('payment', 'credit_note')
        AND p.invoice_id IS NULL AND p.currency = own.currency) AS unapplied_amount
FROM point
LEFT JOIN own ON own.n = point.n
LEFT JOIN sums ON sums.n = point.n
ORDER BY point.n
"""

CONTACTS = """
WITH promised AS (
    SELECT point.n, COALESCE(state.settled <= p.promised, 0) AS kept, p.promised < point.t AS due
    FROM point
    JOIN known_promise p ON p.t = point.t AND p.customer_id = point.customer_id
    JOIN state ON state.t = point.t AND state.invoice_id = p.invoice_id AND state.customer_id = point.customer_id),
answered AS (
    SELECT n, COUNT(*) FILTER (WHERE kept) AS kept, COUNT(*) FILTER (WHERE due AND NOT kept) AS broken
    FROM promised GROUP BY n)
SELECT
    (SELECT COUNT(*) FROM known_contact c WHERE c.t = point.t AND c.invoice_id = point.invoice_id) AS contacts_invoice,
    (SELECT COUNT(*) FROM known_contact c
     WHERE c.t = point.t AND c.customer_id = point.customer_id AND c.own_day >= point.t - 90) AS contacts_90,
    point.t - (
        SELECT MAX(own_day) FROM known_contact c
        WHERE c.t = point.t AND c.customer_id = point.customer_id) AS days_since_contact,
    (SELECT COUNT(*) FROM known_message m
     WHERE m.t = point.t AND m.customer_id = point.customer_id AND m.own_day >= point.t - 90) AS messages_90,
    point.t - (
        SELECT MAX(own_day) FROM known_message m
        WHERE m.t = point.t AND m.customer_id = point.customer_id) AS days_since_message,
    EXISTS (
        SELECT 1 FROM known_promise p
        WHERE p.t = point.t AND p.invoice_id = point.invoice_id AND p.promised >= point.t) AS promise_open,
    COALESCE(kept, 0) AS promises_kept,
    COALESCE(broken, 0) AS promises_broken,
    CASE WHEN kept + broken > 0 THEN kept * 1.0 / (kept + broken) END AS promise_kept_share,
    EXISTS (
        SELECT 1 FROM known_dispute d
        WHERE d.t = point.t AND d.invoice_id = point.invoice_id
            AND (d.closed IS NULL OR d.closed >= point.t)) AS disputed,
    (SELECT COUNT(*) FROM known_dispute d JOIN other o ON o.n = point.n AND o.invoice_id = d.invoice_id
     WHERE d.t = point.t AND (d.closed IS NULL OR d.closed >= point.t)) AS disputes_open
FROM point
LEFT JOIN answered ON answered.n = point.n
ORDER BY point.n
"""

# Names of intents between commas; what is blank was not read.
CONVERSATIONS = """
WITH heard AS (
    SELECT point.n, point.t - m.own_day AS ago, ',' || REPLACE(m.meaning, ' ', '') || ',' AS said
    FROM point JOIN known_message m ON m.t = point.t AND m.customer_id = point.customer_id
    WHERE REPLACE(REPLACE(m.meaning, ' ', ''), ',', '') <> ''),
told AS (
    SELECT n,
        MIN(ago) FILTER (WHERE said LIKE '%,need_more_time,%' OR said LIKE '%,instalment_plan,%') AS asked,
        COUNT(*) FILTER (WHERE ago <= 90 AND (said LIKE '%,need_more_time,%' OR said LIKE '%,instalment_plan,%'))
            AS asks_90,
        COUNT(*) FILTER (WHERE ago <= 180 AND (said LIKE '%,hardship,%' OR said LIKE '%,insolvency,%'))
            AS short_of_money_180,
        COUNT(*) FILTER (WHERE ago <= 90 AND (said LIKE '%,dispute,%' OR said LIKE '%,amount_disagreement,%'))
            AS contested_90,
        COUNT(*) FILTER (WHERE ago <= 30 AND (said LIKE '%,already_paid,%' OR said LIKE '%,remittance_advice,%'))
            AS said_paid_30,
        COUNT(*) FILTER (WHERE ago <= 365 AND (said LIKE '%,hostile,%' OR said LIKE '%,legal,%')) AS at_odds_365
    FROM heard GROUP BY n)
SELECT asked AS days_since_ask, asks_90, short_of_money_180, contested_90, said_paid_30, at_odds_365
FROM point
LEFT JOIN told ON told.n = point.n
ORDER BY point.n
"""

FAMILIES = (TERMS, CALENDAR, AGE, HISTORY, EXPOSURE, CONTACTS, CONVERSATIONS)
