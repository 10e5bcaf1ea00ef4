"""The words of the simulated world: names of customers, and what they write in their languages."""

from __future__ import annotations

import numpy as np

FORMS = {"DE": "GmbH", "FR": "SARL", "GB": "Ltd", "NL": "BV", "US": "Inc", "ES": "SL", "IT": "Srl"}
HOME_CURRENCY = {"GB": "GBP", "US": "USD"}
# fmt: off
PLACES = (
    "Adler", "Albion", "Alpina", "Arbor", "Atlas", "Baltic", "Beacon", "Birch", "Borealis", "Castell", "Cedar",
    "Clover", "Corona", "Delta", "Drake", "Eiffel", "Elster", "Falcon", "Garden", "Harbour", "Heron", "Iberia",
    "Juniper", "Kestrel", "Linden", "Lumen", "Marlow", "Mistral", "Nordwind", "Oriel", "Pont", "Quarry", "Rhein",
    "Sable", "Sirocco", "Tamar", "Union", "Vesper", "Weser", "Zephyr",
)
TRADES = (
    "Bakery", "Ceramics", "Chemicals", "Clinics", "Coatings", "Design", "Dental", "Electronics", "Energy",
    "Fashion", "Fittings", "Foods", "Freight", "Furniture", "Hotels", "Instruments", "Interiors", "Kitchens",
    "Logistics", "Machines", "Media", "Metals", "Optics", "Packaging", "Paper", "Plastics", "Printing", "Retail",
    "Software", "Textiles", "Timber", "Tools", "Travel", "Wines",
)
# fmt: on

LANGUAGES = {"DE": "de", "FR": "fr", "ES": "es"}
"""The language of a country's customers; English elsewhere."""

_EN = {
    "promise": ("We will pay invoice {n} on {d}.", "Payment of {n} is scheduled for {d}.", "You will have it by {d}."),
    "need_time": ("I need more time to pay {n}.", "Cash is short at the moment, can we pay {n} later?"),
    "need_time_until": ("I need more time to pay {n}, until {d}.", "Could we pay {n} on {d} instead?"),
    "dispute": ("Invoice {n} is not correct, please check it.", "We dispute {n}: this is not what we ordered."),
    "copy": ("Please send us a copy of invoice {n}.", "We cannot find {n}, can you mail it again?"),
    "paid": ("We have already paid {n}.", "Invoice {n} was transferred, please check your account."),
    "stop": ("Please do not contact us this way any more.", "Stop these messages."),
    "away": ("I am out of the office and will answer when I am back.", "Automatic reply: the office is closed."),
    "insolvent": ("We have filed for insolvency; please turn to our administrator.",),
}
_DE = {
    "promise": ("Wir zahlen Rechnung {n} am {d}.", "Die Zahlung von {n} ist für den {d} vorgesehen."),
    "need_time": (
        "Ich brauche mehr Zeit für die Zahlung von {n}.",
        "Wir sind gerade knapp bei Kasse, geht {n} später?",
    ),
    "need_time_until": ("Wir brauchen für {n} noch Zeit bis {d}.", "Können wir {n} erst am {d} zahlen?"),
    "dispute": ("Rechnung {n} stimmt nicht, bitte prüfen.", "Wir beanstanden {n}: das haben wir nicht bestellt."),
    "copy": ("Bitte senden Sie uns eine Kopie von {n}.", "Wir finden {n} nicht, bitte noch einmal schicken."),
    "paid": ("{n} haben wir schon bezahlt.", "{n} ist überwiesen, bitte prüfen Sie Ihr Konto."),
    "stop": ("Bitte kontaktieren Sie uns nicht mehr auf diesem Weg.",),
    "away": ("Ich bin nicht im Büro und melde mich, wenn ich zurück bin.",),
    "insolvent": ("Wir haben Insolvenz angemeldet; bitte wenden Sie sich an den Verwalter.",),
}
_FR = {
    "promise": ("Nous paierons la facture {n} le {d}.", "Le virement de {n} est prévu pour le {d}."),
    "need_time": (
        "J'ai besoin de plus de temps pour payer {n}.",
        "Notre trésorerie est tendue, peut-on reporter {n} ?",
    ),
    "need_time_until": ("Nous demandons un délai jusqu'au {d} pour {n}.", "Pouvons-nous payer {n} le {d} ?"),
    "dispute": ("La facture {n} n'est pas correcte.", "Nous contestons {n} : ce n'est pas notre commande."),
    "copy": ("Merci de nous envoyer une copie de {n}.",),
    "paid": ("Nous avons déjà payé {n}.",),
    "stop": ("Merci de ne plus nous contacter par ce moyen.",),
    "away": ("Je suis absent du bureau et répondrai à mon retour.",),
    "insolvent": ("Nous sommes en redressement judiciaire ; veuillez contacter l'administrateur.",),
}
_ES = {
    "promise": ("Pagaremos la factura {n} el {d}.", "El pago de {n} está previsto para el {d}."),
    "need_time": ("Necesito más tiempo para pagar {n}.", "Andamos justos de caja, ¿podemos pagar {n} más tarde?"),
    "need_time_until": ("Necesitamos un plazo hasta el {d} para {n}.", "¿Podemos pagar {n} el {d}?"),
    "dispute": ("La factura {n} no es correcta.", "No estamos de acuerdo con {n}: no es lo que pedimos."),
    "copy": ("Por favor, envíen una copia de {n}.",),
    "paid": ("Ya hemos pagado {n}.",),
    "stop": ("Por favor, no nos contacten más por este medio.",),
    "away": ("Estoy fuera de la oficina y responderé a mi vuelta.",),
    "insolvent": ("Estamos en concurso de acreedores; diríjanse al administrador.",),
}
TEXTS = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES}
"""By language and intent: what a customer may write; {n} is the invoice's number, {d} a day."""


def customer_names(uniform: np.ndarray, countries: list[str]) -> list[str]:
    """Names of companies; ``uniform`` in (0, 1), shape (n, 2)."""
    place, trade = (uniform * [len(PLACES), len(TRADES)]).astype(np.int64).T
    return [f"{PLACES[p]} {TRADES[t]} {FORMS[c]}" for p, t, c in zip(place, trade, countries, strict=True)]


def written(country: str, intent: str, variant: int, invoice: str, day: str) -> str:
    """One message; ``day`` is empty where none is promised."""
    texts = TEXTS[LANGUAGES.get(country, "en")]
    menu = texts["need_time_until" if intent == "need_time" and day else intent]
    return menu[variant % len(menu)].format(n=invoice, d=day)
