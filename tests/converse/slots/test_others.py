"""Names, plans, firmness, and the wishes to be spared fees or to hear no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.slots import Slots, find_slots
from tests.converse.slots.account import KNOWN, OPEN, TODAY

LANGUAGES = ("en", "de", "fr", "es")


def slots(text: str, language: str = "en") -> Slots:
    return find_slots(text, TODAY, language, open_invoices=OPEN, known_ids=KNOWN)


NAMES = """
en|Please contact Maria Schmidt (maria@example.com, +49 30 1234567)|Maria Schmidt;maria@example.com;+49 30 1234567
en|Please speak to John in accounts|John;;
en|My colleague Anna Lee handles this, anna.lee@example.com|Anna Lee;anna.lee@example.com;
en|write to ap@example.com instead|;ap@example.com;
en|ring Mr Tom O'Neil on 020 7946 0123|Tom O'Neil;;020 7946 0123
en|Jane Doe <jane@example.com> is in charge|Jane Doe;jane@example.com;
de|Bitte wenden Sie sich an Frau Petra Müller, p.mueller@example.de|Petra Müller;p.mueller@example.de;
de|Ansprechpartner ist Herr von der Heide, Tel. 0171 1234567|von der Heide;;0171 1234567
de|Meine Kollegin Sabine Koch kümmert sich darum|Sabine Koch;;
fr|Contactez Mme Claire Dupont au 01 42 68 53 00|Claire Dupont;;01 42 68 53 00
fr|Adressez-vous à Jean-Luc Martin, jl.martin@example.fr|Jean-Luc Martin;jl.martin@example.fr;
es|Contacte con Ana García, ana@example.es|Ana García;ana@example.es;
es|Diríjase a don Luis Pérez, teléfono 912 345 678|Luis Pérez;;912 345 678
"""


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_contacts_are_named(line: str) -> None:
    language, text, truth = line.split("|")
    (name,) = slots(text, language).names
    assert f"{name.name};{name.email};{name.phone}" in (truth, truth.removeprefix("von der "))


@pytest.mark.parametrize(
    "text",
    [
        "We pay on Friday.\nBest regards\nJohn Miller",
        "Dear Mr Smith, we pay on Monday.",
        "Please send the invoice again",
        "Sehr geehrte Frau Koch, wir zahlen am Freitag.",
        "INV-004711 is paid. Thanks, Maria",
    ],
)
def test_the_writer_and_the_one_addressed_are_no_contacts(text: str) -> None:
    assert slots(text).names == ()


PLANS = """
en|I need 3 equal payments|3;;
en|three equal payments please|3;;
en|in 4 monthly instalments|4;monthly;
en|can we pay in two parts?|2;;
en|500 a month|None;monthly;500
en|£200 per week|None;weekly;200
en|200 every two weeks|None;fortnightly;200
en|three payments of 400 euros|3;;400
en|spread it over six months|6;monthly;
en|can we set up a payment plan|None;;
en|pay in installments|None;;
en|six weekly instalments of 100 EUR|6;weekly;100
en|100 every 10 days in 5 instalments|5;10;100
en|can I pay 200 every Friday|None;weekly;200
en|split the bill into three|3;;
de|in 4 Raten|4;;
de|in drei gleichen Raten|3;;
de|drei Monatsraten|3;monthly;
de|Ratenzahlung möglich?|None;;
de|monatlich 300 Euro|None;monthly;300
de|6 Raten zu je 200 Euro|6;;200
de|alle zwei Wochen 150 Euro|None;fortnightly;150
de|wöchentlich 100 €|None;weekly;100
de|auf 3 Monate verteilen|3;monthly;
fr|en 3 fois|3;;
fr|en trois mensualités|3;monthly;
fr|200 € par mois|None;monthly;200
fr|un échéancier serait possible ?|None;;
fr|payer en plusieurs fois|None;;
fr|quatre versements de 150 euros|4;;150
fr|100 euros par semaine|None;weekly;100
es|a plazos|None;;
de|6 x 150 Euro|6;;150
de|3.000 am 1.6., 3.000 am 1.7. und den Rest am 1.8.|3;;
fr|on peut couper ça en 2 ?|2;;
es|en 3 plazos|3;;
es|en cuatro cuotas mensuales|4;monthly;
es|200 euros al mes|None;monthly;200
es|fraccionar el pago|None;;
es|cinco pagos de 100 euros|5;;100
es|100 euros a la semana|None;weekly;100
"""


@pytest.mark.parametrize("line", PLANS.strip().splitlines())
def test_plans(line: str) -> None:
    language, text, truth = line.split("|")
    plan = slots(text, language).plan
    assert plan is not None
    number, every, amount = truth.split(";")
    assert (str(plan.number), plan.every) == (number, every)
    assert plan.amount == (Decimal(amount) if amount else None)
    assert text[plan.start : plan.end] == plan.quote


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "no instalments please, we pay in full"),
        ("en", "We pay on Friday"),
        ("en", "we made three payments already"),
        ("en", "please send a monthly statement"),
        ("en", "in one go"),
        ("de", "keine Ratenzahlung nötig"),
        ("de", "Wir zahlen monatlich unsere Rechnungen"),
        ("fr", "le paiement partira vendredi"),
        ("es", "el pago sale el viernes"),
    ],
)
def test_what_is_no_plan(language: str, text: str) -> None:
    assert slots(text, language).plan is None


FIRMNESS = """
en|we pay 4,200 on Friday|firm
en|I will transfer it tomorrow|firm
en|Payment goes out on Monday|firm
en|it is scheduled for payment on the 20th|firm
en|You will have the money by Friday, guaranteed|firm
en|should go out next week|soft
en|We expect to pay by the end of the month|soft
en|I'll probably pay on Friday|soft
en|we plan to pay on Monday|soft
en|hope to pay as soon as our customer pays us|aspirational
en|We will try to pay by Friday|aspirational
en|hopefully Friday|aspirational
en|we'll pay when our client pays us|aspirational
en|Can we pay on Friday?|
en|we paid on Monday|
en|I never said I'd pay Friday|
en|we will not pay this|
en|please send a copy|
de|Wir zahlen am Freitag|firm
de|Die Zahlung erfolgt am 20.|firm
de|ich überweise morgen|firm
de|Das Geld sollte nächste Woche rausgehen|soft
de|Wir zahlen voraussichtlich am Freitag|soft
de|wir hoffen, am Freitag zahlen zu können|aspirational
de|wir versuchen, bis Freitag zu zahlen|aspirational
de|sobald unser Kunde zahlt, zahlen wir auch|aspirational
de|Können wir am Freitag zahlen?|
de|bereits bezahlt|
de|Das zahlen wir nicht|
fr|nous paierons vendredi|firm
fr|le virement partira lundi|firm
fr|le règlement devrait partir lundi|soft
fr|nous pensons payer vendredi|soft
fr|nous espérons payer vendredi|aspirational
fr|nous paierons dès que notre client nous paie|aspirational
fr|pouvons-nous payer vendredi ?|
fr|déjà payé|
es|pagaremos el viernes|firm
es|la transferencia sale mañana|firm
es|debería salir el pago el lunes|soft
es|probablemente pagaremos el viernes|soft
es|esperamos pagar el viernes|aspirational
es|intentaremos pagar el viernes|aspirational
es|¿podemos pagar el viernes?|
es|ya está pagado|
"""


@pytest.mark.parametrize("line", FIRMNESS.strip().splitlines())
def test_firmness_of_a_promise(line: str) -> None:
    language, text, truth = line.split("|")
    assert slots(text, language).firmness == truth


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("please waive the late fee", True),
        ("can you drop the interest?", True),
        ("we will pay, but without interest please", True),
        ("take the reminder charge off and I pay today", True),
        ("Bitte die Mahngebühr erlassen", True),
        ("Bitte verzichten Sie auf Verzugszinsen", True),
        ("Wir zahlen ohne Mahngebühren", True),
        ("merci d'annuler les pénalités de retard", True),
        ("pouvez-vous supprimer les frais de relance", True),
        ("rogamos condonen los intereses", True),
        ("pueden quitar el recargo", True),
        ("how much interest do I owe?", False),
        ("the late fee is wrong", False),
        ("please cancel the order", False),
        ("Wie hoch sind die Zinsen?", False),
        ("we have no interest in your offer", False),
    ],
)
def test_waivers(text: str, wish: bool) -> None:
    assert slots(text).waiver is wish


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("stop texting me", ("sms",)),
        ("no more texts please", ("sms",)),
        ("do not call me again", ("phone",)),
        ("stop calling, email me instead", ("phone",)),
        ("no more emails", ("email",)),
        ("unsubscribe me from your mailing list", ("email",)),
        ("no more calls or texts", ("sms", "phone")),
        ("stop contacting me", ("all",)),
        ("take me off your list", ("all",)),
        ("leave us alone", ("all",)),
        ("STOP", ()),
        ("unsubscribe", ()),
        ("rufen Sie mich nicht mehr an", ("phone",)),
        ("keine SMS mehr", ("sms",)),
        ("keine E-Mails mehr bitte", ("email",)),
        ("kontaktieren Sie mich nicht mehr", ("all",)),
        ("ne m'appelez plus", ("phone",)),
        ("plus de SMS svp", ("sms",)),
        ("ne me contactez plus", ("all",)),
        ("no me llamen más", ("phone",)),
        ("no más SMS", ("sms",)),
        ("no me contacten más", ("all",)),
        ("please keep the reminders coming", ()),
        ("stop sending paper invoices, e-mail them", ()),
        ("no need to call", ()),
        ("do not hesitate to call", ()),
        ("I did not receive your email", ()),
    ],
)
def test_channels_off(text: str, off: tuple[str, ...]) -> None:
    assert set(slots(text).channels_off) == set(off)


WORDS = [
    "half", "the", "balance", "4711", "INV-004711", "#4712", "€1,234.56", "2k", "500", "a", "month", "3",
    "instalments", "contact", "Maria", "Müller", "maria@example.com", "+49", "30", "1234567", "waive", "interest",
    "stop", "calling", "hope", "to", "pay", "on", "Friday", "by", "15.06.", "12/05/2025", "\u0130", "ß", "½",
    "\ufb01", "e\u0301", "\U0001f600", "\u202e", "50%",
]  # fmt: skip
PIECES = st.sampled_from([*WORDS, "\n"])
TEXTS = st.one_of(st.text(max_size=100), st.lists(PIECES, max_size=16).map(" ".join))


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=TEXTS)
def test_every_slot_keeps_its_quote(language: str, text: str) -> None:
    found = slots(text, language)
    plan = (found.plan,) if found.plan else ()
    for slot in (*found.dates, *found.amounts, *found.invoices, *found.names, *plan):
        assert text[slot.start : slot.end] == slot.quote != ""
    assert all(slot.amount > 0 for slot in found.amounts)
    assert all(slot.invoice_id in KNOWN for slot in found.invoices)
    assert found.firmness in ("", "firm", "soft", "aspirational")


LONG = 100_000


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1 ",
        "1.",
        "a@",
        "friday ",
        "in two ",
        "half ",
        "1 eur ",
        "contact A ",
        "inv 4711 ",
        "contact A a@b.de ",
        "5 eur in full friday the rest ",
        "hundert",
        "e\u0301",
        "waive ",
        "(",
        "\n ",
    ],
)
def test_long_texts_are_read_to_their_end(piece: str) -> None:
    # Were the time quadratic, nobody would see this end; how long it takes is a matter of the machine.
    text = piece * (LONG // len(piece))
    found = find_slots(text, date(2025, 5, 14), "en", open_invoices=OPEN, known_ids=KNOWN)
    assert all(text[slot.start : slot.end] == slot.quote for slot in found.dates)
    assert all(text[slot.start : slot.end] == slot.quote for slot in found.amounts)
