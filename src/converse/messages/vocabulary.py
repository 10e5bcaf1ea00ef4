"""Words by which days and numbers are said, by language; small letters without accents."""

from __future__ import annotations

from .written import MONTHS

_SHORT = {
    "en": {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10,
           "nov": 11, "dec": 12},
    "de": {"jan": 1, "janner": 1, "feb": 2, "marz": 3, "mrz": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
           "sept": 9, "okt": 10, "nov": 11, "dez": 12},
    "fr": {"janv": 1, "fevr": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11, "dec": 12},
    "es": {"ene": 1, "feb": 2, "mar": 3, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "sep": 9, "sept": 9, "setiembre": 9,
           "oct": 10, "nov": 11, "dic": 12},
}  # fmt: skip
_ACCENTS = str.maketrans("áäàâéèêëíîïóôöúûüñç", "aaaaeeeeiiiooouuunc")
MONTH = {
    language: {name.lower().translate(_ACCENTS): n for n, name in enumerate(names, 1)} | _SHORT[language]
    for language, names in MONTHS.items()
}
"""Number of a month by its name, by language."""

WEEKDAYS = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "de": ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "es": ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
}

_COUNT = {
    "en": "two three four five six seven eight nine ten eleven twelve",
    "de": "zwei drei vier funf sechs sieben acht _ zehn elf zwolf",
    "fr": "deux trois quatre cinq six sept huit _ dix onze douze",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
}
NUMBERS = {
    language: {word: n for n, word in enumerate(words.split(), 2) if word != "_"} for language, words in _COUNT.items()
}
"""Small numbers by their words; "neuf" and "neun" are left out where they mean something else as often."""

MUCH = {
    "en": r"half|hundreds?|thousands?|millions?|percent|dozens?|twice|double|a third|a quarter",
    "de": r"halfte|hundert\w*|tausend\w*|million\w*|prozent|dutzend|doppelt\w*|ein drittel|ein viertel",
    "fr": r"moitie|cent|cents|centaines?|milliers?|mille|millions?|pour cent|douzaines?|double|un tiers|un quart",
    "es": r"mitad|cien|cientos?|mil|miles|millon\w*|por ciento|docenas?|doble|un tercio|un cuarto",
}
"""Sums and shares in words, which nothing can be held against."""

RELATIVE = {
    "en": r"tomorrow|next (?:week|month|year)|(?:by |at )?(?:the )?end of (?:the |this |next )?(?:week|month|year)|"
    r"(?:within|in) (?:a|an|one|two|three|four|five|six|seven|ten|fourteen|\d+|the next \w+|a few|several) "
    r"(?:business |working )?(?:days?|weeks?|months?|hours?)|\d+ (?:days?|weeks?|months?)|fortnight",
    "de": r"(?<!guten )morgen|ubermorgen|nachste[nrs]? (?:woche|monats?|jahre?s?)|kommende[nrs]? (?:woche|monats?)|"
    r"ende (?:der|des|dieser|dieses|nachster|nachsten) (?:woche|monats)|monatsende|wochenende|"
    r"(?:in|innerhalb von|binnen) (?:ein\w*|zwei|drei|vier|funf|sechs|sieben|zehn|vierzehn|\d+|wenigen|einigen) "
    r"(?:werk|arbeits)?(?:tag\w*|woche\w*|monat\w*|stunde\w*)|\d+ (?:tage\w*|wochen?|monate\w*)",
    "fr": r"demain|(?:la )?semaine prochaine|(?:le )?mois prochain|fin (?:du|de ce) mois|fin (?:de )?(?:la )?semaine|"
    r"(?:dans|sous|d'ici) (?:un|une|deux|trois|quatre|cinq|six|sept|huit|dix|quinze|\d+|quelques) "
    r"(?:jours?|semaines?|mois|heures?)(?: ouvres| ouvrables)?|\d+ (?:jours?|semaines?|mois)|quinzaine",
    "es": r"(?<!la )(?<!por la )manana|(?:la )?(?:proxima semana|semana que viene)|"
    r"(?:el )?(?:proximo mes|mes que viene)|"
    r"(?:fin(?:al|ales)?|finales) (?:de|del) (?:este )?(?:mes|semana)|"
    r"(?:en|dentro de) (?:un|una|dos|tres|cuatro|cinco|seis|siete|diez|quince|\d+|unos|pocos) "
    r"(?:dias?|semanas?|meses|mes|horas?)|\d+ (?:dias?|semanas?|mes(?:es)?)|quincena",
}
"""Days that are said by their distance: a message has to write its days out."""
