"""What was wanted to be known at which moment, and the state of invoices as it was known then."""

from __future__ import annotations

# For decision points: of a row's customer everything that any version gives it, and the invoices it promised to pay.
WANTED_BY_POINTS = """
CREATE TABLE wanted_invoice AS
SELECT point.t, invoice.invoice_id FROM point JOIN invoice ON invoice.customer_id = point.customer_id
UNION
SELECT t, invoice_id FROM point
UNION
SELECT point.t, promise.invoice_id FROM point JOIN promise ON promise.customer_id = point.customer_id
WHERE promise.invoice_id IS NOT NULL;

CREATE TABLE wanted_payment AS
SELECT w.t, payment.payment_id FROM wanted_invoice w JOIN payment ON payment.invoice_id = w.invoice_id
UNION
SELECT point.t, payment.payment_id FROM point JOIN payment ON payment.customer_id = point.customer_id;

CREATE TABLE wanted_contact AS
SELECT point.t, contact.contact_id FROM point JOIN contact ON contact.customer_id = point.customer_id
UNION
SELECT point.t, contact.contact_id FROM point JOIN contact ON contact.invoice_id = point.invoice_id;

CREATE TABLE wanted_message AS
SELECT DISTINCT point.t, message.message_id FROM point JOIN message ON message.customer_id = point.customer_id;

CREATE TABLE wanted_dispute AS
SELECT DISTINCT w.t, dispute.dispute_id FROM wanted_invoice w JOIN dispute ON dispute.invoice_id = w.invoice_id;

CREATE TABLE wanted_promise AS
SELECT point.t, promise.promise_id FROM point JOIN promise ON promise.customer_id = point.customer_id
UNION
SELECT point.t, promise.promise_id FROM point JOIN promise ON promise.invoice_id = point.invoice_id;
"""

# For labels: the invoices of the points at the cut-off, and at every earlier day on which something about them was new.
WANTED_BY_LABELS = """
CREATE TABLE news AS
SELECT invoice_id, known FROM invoice
UNION
SELECT naming.invoice_id, version.known
FROM payment naming JOIN payment version ON version.payment_id = naming.payment_id
WHERE naming.invoice_id IS NOT NULL;
CREATE INDEX news_invoice ON news (invoice_id);

CREATE TABLE wanted_invoice AS
SELECT t, invoice_id FROM point
UNION
SELECT news.known + 1 AS t, point.invoice_id FROM point JOIN news ON news.invoice_id = point.invoice_id
WHERE news.known + 1 <= point.t;

CREATE TABLE wanted_payment AS
SELECT DISTINCT w.t, payment.payment_id FROM wanted_invoice w JOIN payment ON payment.invoice_id = w.invoice_id;
"""

# Account 'paid' decides settlement; account 'closed' counts write-offs too.
STATE = """
CREATE INDEX known_invoice_index ON known_invoice (t, invoice_id);
CREATE INDEX known_payment_index ON known_payment (t, invoice_id);

CREATE TABLE balance AS
WITH movement AS (
    SELECT t, invoice_id, own_day AS day, amount, 'paid' AS account FROM known_payment
    WHERE invoice_id IS NOT NULL AND kind <> 'write_off'
    UNION ALL
    SELECT t, invoice_id, own_day AS day, amount, 'closed' AS account FROM known_payment
    WHERE invoice_id IS NOT NULL),
daily AS (
    SELECT t, invoice_id, account, day, SUM(amount) AS amount FROM movement GROUP BY t, invoice_id, account, day)
SELECT t, invoice_id, account, day,
    SUM(amount) OVER (PARTITION BY t, invoice_id, account ORDER BY day) AS total
FROM daily;
CREATE INDEX balance_index ON balance (t, invoice_id, account, day);

CREATE TABLE reached AS
SELECT b.t, b.invoice_id, b.account, MIN(b.day) AS day
FROM balance b JOIN known_invoice i ON i.t = b.t AND i.invoice_id = b.invoice_id
WHERE NOT EXISTS (
    SELECT 1 FROM balance later
    WHERE later.t = b.t AND later.invoice_id = b.invoice_id AND later.account = b.account
        AND later.day >= b.day AND later.total < i.amount - (SELECT tolerance FROM setting))
GROUP BY b.t, b.invoice_id, b.account;
CREATE INDEX reached_index ON reached (t, invoice_id, account);

CREATE TABLE state AS
SELECT i.t, i.invoice_id, i.customer_id, i.currency, i.own_day AS issued, i.due, i.amount,
    paid.day AS settled,
    paid.day - i.due AS days_late,
    paid.day - i.own_day AS days_to_pay,
    paid.day IS NULL AND closed.day IS NOT NULL AS written_off,
    paid.day IS NULL AND closed.day IS NULL AS is_open,
    MAX(0, i.amount - (
        SELECT COALESCE(SUM(p.amount), 0) FROM known_payment p
        WHERE p.t = i.t AND p.invoice_id = i.invoice_id)) AS still_due,
    2 * (
        SELECT COALESCE(SUM(p.amount), 0) FROM known_payment p
        WHERE p.t = i.t AND p.invoice_id = i.invoice_id AND p.kind = 'credit_note') > i.amount AS cancelled
FROM known_invoice i
LEFT JOIN reached paid ON paid.t = i.t AND paid.invoice_id = i.invoice_id AND paid.account = 'paid'
LEFT JOIN reached closed ON closed.t = i.t AND closed.invoice_id = i.invoice_id AND closed.account = 'closed';
CREATE INDEX state_customer ON state (t, customer_id);
CREATE INDEX state_invoice ON state (t, invoice_id);
CREATE INDEX state_moments ON state (invoice_id, t);
"""

# Own terms: the newest version known before t; without one, the version that becomes known first.
POINTS = """
CREATE INDEX known_payment_customer ON known_payment (t, customer_id);
CREATE INDEX known_contact_customer ON known_contact (t, customer_id);
CREATE INDEX known_message_customer ON known_message (t, customer_id);
CREATE INDEX known_promise_customer ON known_promise (t, customer_id);
CREATE INDEX known_dispute_invoice ON known_dispute (t, invoice_id);

CREATE TABLE own AS
SELECT n, t, invoice_id, row_customer AS customer_id, amount, currency, own_day AS issued, due, parent_id,
    (SELECT country FROM customer c
     WHERE c.customer_id = row_customer AND (c.recorded IS NULL OR c.recorded < t)
     ORDER BY c.recorded IS NULL, c.recorded DESC, c.pos DESC LIMIT 1) AS country
FROM (
    SELECT point.n, point.t, point.customer_id AS row_customer, invoice.*,
        ROW_NUMBER() OVER (PARTITION BY point.n ORDER BY
            known < t DESC,
            CASE WHEN known < t THEN version END DESC,
            CASE WHEN known < t THEN pos END DESC,
            known, version, pos) AS choice
    FROM point JOIN invoice ON invoice.invoice_id = point.invoice_id)
WHERE choice = 1;
CREATE INDEX own_index ON own (n);

CREATE TABLE other AS
SELECT point.n, state.*
FROM point JOIN state ON state.t = point.t AND state.customer_id = point.customer_id
    AND state.invoice_id <> point.invoice_id;
CREATE INDEX other_index ON other (n, currency);
"""
