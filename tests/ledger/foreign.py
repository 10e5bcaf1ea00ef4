"""Exports of accounting programs in four languages, drawn from one book, and what that book is."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal


@dataclass
class Invoice:
    """One invoice of the book, and the documents that settle it: number, day, amount, credit note or payment."""

    number: str
    customer: str
    issued: date
    due: date
    amount: Decimal
    paid: list[tuple[str, date, Decimal, str]] = field(default_factory=list)

    @property
    def left(self) -> Decimal:
        return self.amount - sum((amount for _, _, amount, _ in self.paid), Decimal())

    @property
    def settled(self) -> date | None:
        return None if self.left or not self.paid else max(day for _, day, _, _ in self.paid)


NAMES = ["Dupont & Fils", "Müller GmbH", "Rossi S.r.l.", "De Vries", 'Leroy "Le Grand"', "Größe AG", "Sørensen", "NA"]


def drawn(seed: int, parts: bool = True, credits: bool = True) -> list[Invoice]:
    """Forty invoices of eight customers: paid, paid in parts, credited, and open."""
    random.seed(seed)
    book = []
    for k in range(40):
        issued = date(2024, 1, 2) + timedelta(days=7 * k // 2)
        amount = Decimal(random.randrange(1_000, 3_000_000)) / 100
        one = Invoice(f"{240_001 + k}", f"{10_000 + k % 8 * 100}", issued, issued + timedelta(days=30), amount)
        day = one.due + timedelta(days=random.randrange(-10, 40))
        first = (amount / 3).quantize(Decimal("0.01"))
        if k % 5 == 4:
            pass  # open
        elif parts and k % 7 == 3:
            one.paid += [(f"Z{k}a", day, first, "payment"), (f"Z{k}b", day + timedelta(9), amount - first, "payment")]
        elif credits and k % 11 == 5:
            one.paid += [(f"G{k}", day, first, "credit_note"), (f"Z{k}", day, amount - first, "payment")]
        else:
            one.paid.append((f"Z{k}", day, amount, "payment"))
        book.append(one)
    return book


def french(book: list[Invoice], journal: bool = True) -> bytes:
    """A grand livre: letters that begin anew with each customer say what was settled by what."""
    names = ["Compte", "Intitulé", "Journal", "Date", "N° pièce", "Libellé", "Échéance", "Débit", "Crédit", "Lettrage"]
    rows = [["SOCIÉTÉ DUPONT SARL"], ["Grand livre clients"], ["Exercice 2024, édité le 02/04/2025"], [], names]
    whole = Decimal()
    for customer in sorted({one.customer for one in book}):
        letters, lines, name = iter("ABCDEFGHIJ"), [], NAMES[int(customer) // 100 % 8]
        own = [one for one in book if one.customer == customer]
        for one in own:
            letter = next(letters) if one.paid else ""
            lines.append((one.issued, "VE", "FA" + one.number, "Facture", one.due, _fr(one.amount), "0,00", letter))
            for number, day, amount, kind in one.paid:
                what = ("BQ", "Virement") if kind == "payment" else ("VE", "Avoir")
                lines.append((day, what[0], number, what[1], None, "0,00", _fr(amount), letter))
        lines.sort(key=lambda line: line[0])
        for day, code, number, text, due, debit, credit, letter in lines:
            end = due.strftime("%d/%m/%Y") if due else ""
            rows.append([customer, name, code, day.strftime("%d/%m/%Y"), number, text, end, debit, credit, letter])
        owed = sum((one.amount for one in own), Decimal())
        rows.append([f"Total {customer}", "", "", "", "", "", "", _fr(owed), _fr(owed - sum(o.left for o in own)), ""])
        whole += owed
    rows.append(["Total général", "", "", "", "", "", "", _fr(whole), _fr(whole - sum(o.left for o in book)), ""])
    kept = [k for k, name in enumerate(names) if journal or name != "Journal"]
    return _text([[row[k] for k in kept] if len(row) > 1 else row for row in rows], len(kept)).encode("cp1252")


def german(book: list[Invoice], letters: bool = False) -> bytes:
    """An OPOS list with what was cleared: the clearing document is the last payment.

    With ``letters`` one column of amounts and one of S and H stand for Soll and Haben, and no column says the type.
    """
    names = ["Konto", "Kontobezeichnung", "Belegart", "Belegnummer", "Belegdatum", "Fälligkeit", "Soll", "Haben"]
    names += ["Währung", "Ausgleichsdatum", "Ausgleichsbeleg"]
    rows = [["OPOS-Liste Debitoren"], ["Mandant: 4711 / Bäcker GmbH & Co. KG"], ["Stichtag: 31.03.2025"], [], names]
    for one in sorted(book, key=lambda one: (one.customer, one.issued)):
        name = NAMES[int(one.customer) // 100 % 8]
        cleared, by = (_de(one.settled), one.paid[-1][0]) if one.settled else ("", "")
        head = [one.customer, name]
        sums = [_point(one.amount), "", "EUR", cleared, by]
        rows.append([*head, "RV", "RE" + one.number, _de(one.issued), _de(one.due), *sums])
        for number, day, amount, kind in one.paid:
            code = "DZ" if kind == "payment" else "DG"
            rows.append([*head, code, number, _de(day), _de(day), "", _point(amount), "EUR", cleared, by])
    rows.append(["Gesamtsumme", "", "", "", "", "", _point(sum((o.amount for o in book), Decimal())), "", "", "", ""])
    if letters:
        for row in rows[4:]:
            row[6:8] = ["Betrag", "S/H"] if row is names else [row[6] or row[7], "S" if row[6] else "H"]
            del row[2]
    return _text(rows, len(rows[4])).encode("cp1252")


def italian(book: list[Invoice]) -> bytes:
    """A scadenzario: one row for each invoice, with the day on which it was paid, and for each credit note."""
    names = [
        "Cod. cliente",
        "Ragione sociale",
        "N. documento",
        "Data doc.",
        "Scadenza",
        "Importo",
        "Segno",
        "Pagato il",
    ]
    rows = [["Scadenzario clienti al 31/03/2025"], ["Azienda: Rossi S.r.l."], names]
    for one in book:
        name = NAMES[int(one.customer) // 100 % 8]
        days = [day.strftime("%d/%m/%Y") if day else "" for day in (one.issued, one.due, one.settled)]
        rows.append([one.customer, name, f"2024/{one.number}", *days[:2], _point(one.amount), "D", days[2]])
    for one in book[::13]:
        day = one.issued.strftime("%d/%m/%Y")
        rows.append([one.customer, "", f"NC/{one.number}", day, day, "80,00", "A", ""])
    rows.append(["TOTALE GENERALE", "", "", "", "", _point(sum((o.amount for o in book), Decimal())), "", ""])
    return _text(rows, len(names)).encode("cp1252")


def dutch(book: list[Invoice]) -> bytes:
    """Openstaande posten: one row for each invoice, with what is open and the day of the last payment."""
    names = ["Debiteurnr", "Naam", "Factuurnummer", "Factuurdatum", "Vervaldatum", "Bedrag", "Openstaand", "Betaald op"]
    rows = [["Openstaande posten debiteuren per 31-03-2025"], [], names]
    for one in book:
        days = [day.strftime("%d-%m-%Y") if day else "" for day in (one.issued, one.due, one.settled)]
        name, money = NAMES[int(one.customer) // 100 % 8], [_point(one.amount), _point(one.left)]
        rows.append([one.customer, name, one.number, *days[:2], *money, days[2] or "open"])
    whole = [_point(sum(sums, Decimal())) for sums in ([o.amount for o in book], [o.left for o in book])]
    rows.append(["Totaal", "", "", "", "", *whole, ""])
    return _text(rows, len(names)).encode("utf-8")


def _text(rows: list[list[str]], width: int) -> str:
    lines = [[cell if '"' not in cell else '"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    return "".join(";".join([*row, *[""] * (width - len(row))]) + "\r\n" for row in lines)


def _point(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def _fr(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def _de(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""
