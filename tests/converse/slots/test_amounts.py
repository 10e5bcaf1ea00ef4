"""Sums are read as they are written; what is no sum is none; what is said as a share follows from the open invoices."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.slots import find_slots
from paybench.converse.slots.money import currency_of, read_amount
from paybench.errors import PaybenchError
from tests.converse.slots.account import KNOWN, OPEN, TODAY, TWO_CURRENCIES


def amounts(text: str, language: str = "en", open_invoices: pd.DataFrame | None = OPEN) -> list[tuple[str, str]]:
    slots = find_slots(text, TODAY, language, open_invoices=open_invoices, known_ids=KNOWN)
    return [(f"{slot.amount:.2f}", slot.currency) for slot in slots.amounts]


WRITTEN = """
en|We pay 1.234,56 EUR today|1234.56 EUR
en|We pay EUR 1,234.56 today|1234.56 EUR
en|€1,234.56 sent|1234.56 EUR
en|1'234.50 CHF|1234.50 CHF
en|CHF 1'234.- follows|1234.00 CHF
en|£500 on Friday|500.00 GBP
en|500 pounds|500.00 GBP
en|200 quid|200.00 GBP
en|$99.95|99.95 USD
en|300 bucks|300.00 USD
en|2k now|2000.00
en|we can do 2.5k|2500.00
en|2.5k EUR|2500.00 EUR
en|£3k|3000.00 GBP
en|five hundred euros|500.00 EUR
en|two hundred and fifty pounds|250.00 GBP
en|a grand by Friday|1000.00
en|we can pay 500 on Friday|500.00
en|paying 500 now|500.00
en|I could manage 150 a month|150.00
en|EUR500 was sent|500.00 EUR
en|the amount is 4,200|4200.00
en|we sent 99.90|99.90
en|200,00 € and 300,00 €|200.00 EUR;300.00 EUR
en|1 234,56 EUR|1234.56 EUR
en|500 SEK|500.00 SEK
en|INV 300 £1,000.00, INV 301 £640.00|1000.00 GBP;640.00 GBP
en|12,000 USD|12000.00 USD
de|Wir zahlen 1.234,56 €|1234.56 EUR
de|500,- am Montag|500.00
de|500,00 Euro|500.00 EUR
de|EUR 1.500,--|1500.00 EUR
de|zweihundertfünfzig Euro|250.00 EUR
de|tausend Euro|1000.00 EUR
de|5 Tsd. Euro|5000.00 EUR
de|Wir überweisen 300 am Freitag|300.00
de|Fr. 16.05. zahlen wir 300 Franken|300.00 CHF
de|Ich habe 1000 gezahlt|1000.00
de|monatlich 200 Euro|200.00 EUR
fr|Nous payons 1 234,56 €|1234.56 EUR
fr|virement de 500 euros|500.00 EUR
fr|deux cents euros|200.00 EUR
fr|500 francs suisses|500.00 CHF
fr|mille euros|1000.00 EUR
fr|nous verserons 300 vendredi|300.00
es|pagaremos 1.234,56 €|1234.56 EUR
es|quinientos euros|500.00 EUR
es|500 dólares|500.00 USD
es|dos mil euros|2000.00 EUR
es|podemos pagar 300 el viernes|300.00
"""


@pytest.mark.parametrize("line", WRITTEN.strip().splitlines())
def test_sums_as_they_are_written(line: str) -> None:
    language, text, truth = line.split("|")
    expected = [(one.split()[0], [*one.split(), ""][1]) for one in truth.split(";")]
    assert amounts(text, language) == expected


NO_SUMS = """
en|We pay on 15.06.2025
en|We pay on 15 June 2025
en|on 12.05. or 13.05.
en|call me on 020 7946 0123 or +49 30 1234567
en|invoice 4711 is paid
en|INV-004711, #4712
en|PO 12345 is missing
en|we take 3% discount
en|a discount of 2.5 % please
en|in 3 instalments
en|within 30 days of the invoice
en|at 10.30 on Friday
en|3 boxes of 500 pieces
en|since 2024
en|24/7
en|50/50
en|our customer number is 100200
en|we are a team of 12 people
de|am 15.6. um 14.30 Uhr
de|Rechnung 4711
de|3 % Skonto
de|19% MwSt
de|Tel. 0171 1234567
de|in 4 Raten
de|PLZ 80331 München
de|30 Tage netto
fr|le 15 juin à 14h30
fr|facture 4711
fr|au 01 42 68 53 00
fr|20 % de TVA
fr|en 3 fois
es|el 15 de junio
es|factura 4711
es|llámeme al 912 345 678
es|21 % de IVA
es|en 3 plazos
"""


@pytest.mark.parametrize("line", NO_SUMS.strip().splitlines())
def test_days_telephones_invoices_and_shares_are_no_sums(line: str) -> None:
    language, text = line.split("|")
    assert amounts(text, language) == []


SHARES = """
en|half now|1017.28
en|we will pay half of it on Friday|1017.28
en|we'll pay half of invoice 4711|617.28
en|the full amount will be paid on Friday|2034.56
en|paying in full tomorrow|2034.56
en|all of it tomorrow|2034.56
en|we will pay the balance on Friday|2034.56
en|500 euros now and the balance in June|500.00;1534.56
en|we pay a third now|678.19
en|two thirds on Monday|1356.37
en|50% of the balance on Friday|1017.28
en|invoice 4711 will be paid in full|1234.56
de|die Hälfte am Freitag|1017.28
de|die Hälfte jetzt, den Rest im Juni|1017.28;1017.28
de|wir zahlen den vollen Betrag|2034.56
de|den gesamten Betrag überweisen wir morgen|2034.56
de|ein Drittel sofort|678.19
de|Rechnung 4711 zahlen wir komplett|1234.56
fr|la moitié vendredi|1017.28
fr|nous paierons la totalité vendredi|2034.56
fr|la moitié maintenant et le solde fin juin|1017.28;1017.28
fr|un tiers maintenant|678.19
es|la mitad el viernes|1017.28
es|pagaremos el importe total el viernes|2034.56
es|la mitad ahora y el resto en junio|1017.28;1017.28
es|un tercio ahora|678.19
"""


@pytest.mark.parametrize("line", SHARES.strip().splitlines())
def test_shares_are_of_what_is_open(line: str) -> None:
    language, text, truth = line.split("|")
    said = [amount for amount, _ in amounts(text, language)]
    assert said == truth.split(";")
    # Where nobody knows the balance, or it is of two currencies, no share has a sum.
    for table in (None, TWO_CURRENCIES):
        if "4711" not in text:
            assert [a for a, c in amounts(text, language, table) if (a, c) != ("500.00", "EUR")] == []


@pytest.mark.parametrize(
    "text",
    [
        "half of the goods were damaged",
        "in the second half of June",
        "half an hour ago",
        "we cannot pay the full amount",
        "a third party will call you",
        "the balance sheet is attached",
        "Everything is fine here",
    ],
)
def test_shares_of_other_things_are_no_sums(text: str) -> None:
    assert amounts(text) == []


def test_a_sum_within_a_cent_of_what_is_open_is_that() -> None:
    assert amounts("we sent 1,234.55") == [("1234.56", "")]
    # So is the sum of two.
    assert amounts("we sent 2,034.57 EUR") == [("2034.56", "EUR")]
    # A cent more is another sum.
    assert amounts("we sent 1,234.58") == [("1234.58", "")]
    # A bare number that is open needs no word of paying.
    assert amounts("800 ok?") == [("800.00", "")]


@given(st.decimals("0.01", "999999.99", places=2))
def test_written_sums_are_read_back(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    other = english.translate(str.maketrans(",.", ".,"))
    for text in (english, other, english.replace(",", "'"), other.replace(".", " ")):
        assert read_amount(text) == amount
        assert amounts(f"we pay EUR {text} soon", open_invoices=None) == [(f"{amount:.2f}", "EUR")]


@given(st.text("$€£ eurkpesosdollar0123456789.,", max_size=30))
def test_no_currency_is_guessed(text: str) -> None:
    for slot in find_slots(text, TODAY, open_invoices=OPEN).amounts:
        if slot.currency:
            assert any(word in text for word in ("$", "€", "£", "eur", "dollar"))


def test_a_dollar_is_that_of_the_open_invoices() -> None:
    assert currency_of("$") == "USD"
    assert currency_of("$", {"CAD", "EUR"}) == "CAD"
    assert currency_of("$", {"CAD", "USD"}) == ""
    assert currency_of("pesos") == ""
    assert amounts("$50", open_invoices=OPEN.assign(currency="CAD")) == [("50.00", "CAD")]


def test_a_table_without_amounts_is_refused() -> None:
    with pytest.raises(PaybenchError, match=r"The open invoices lack amount_open; give a table with invoice_id"):
        find_slots("half", TODAY, open_invoices=OPEN.drop(columns="amount_open"))
