"""How firm a promise to pay is, and whether there is one."""

from __future__ import annotations

import re

from .found import DateSlot

_SENTENCE = re.compile(r"[.!?;\n]+(?=\s|$)|\n")
_PAY = re.compile(
    r"\b(?:pay\w*|paid|transfer\w*|settle\w*|remit\w*|remittance|money|funds|cash|bacs|chaps|wire\w*|send|sent|sort|sorted|clear|cleared|release\w*|go(?:es|ing)? out|have it|be with you|get it|receive it|cheque|check|debit|proposal|invoice|"
    r"zahl\w*|bezahl\w*|gezahlt|zahlung\w*|uberweis\w*|uberwies\w*|ueberweis\w*|begleich\w*|beglichen|ausgleich\w*|geld|betrag|rechnung|anweis\w*|angewiesen|geht raus|rausgeh\w*|auf (?:ihrem|dem) konto|eingehen|"
    r"pai\w+|paye\w*|payons|regl\w+|vir\w+|vers\w+|solder\w*|somme|argent|facture|envoy\w*|"
    r"pag\w+|abon\w+|transf\w+|liquid\w+|ingres\w+|saldar\w*|dinero|importe|giro|factura|enviar\w*)\b"
)
_ASPIRES = re.compile(
    r"\b(?:hope|hopes|hoping|hopefully|try|trying|tries|do (?:our|my|everything|what)[^.]{0,12} (?:best|can)|best to|fingers crossed|god willing|with (?:any|a bit of) luck|all being well|if all goes|if everything goes|if possible|wish|"
    r"(?:as soon as|once|when|if|until|after) (?:our|my|the|a|we|i|they)[^.]{0,40}\b(?:pays?|paid|get paid|money|funds|receive|comes? in|client|customer|clears?)|can't promise|cannot promise|can't guarantee|cannot guarantee|no promises|"
    r"hoff\w*|hoffentlich|versuch\w*|bemuh\w*|bemueh\w*|wenn alles|so gott will|wenn moglich|sobald|sowie unser|wenn (?:unser|mein|der|das|die|wir|ich)[^.]{0,40}\b(?:kunde|zahl\w*|geld|bezahlt)|konnen nichts versprechen|kann nichts versprechen|ohne gewahr|"
    r"esper\w+|espoir|essay\w+|tent(?:er|ons|e|erons|erai)|tacher\w*|faire (?:tout )?notre possible|faire (?:tout )?mon possible|faisons notre possible|ferons (?:tout )?notre possible|ferai (?:tout )?mon possible|notre possible|si tout va bien|si possible|des que (?:notre|nos|mon|mes|le|les|nous|j)|aussitot que|lorsque (?:notre|nos|mon|nous)|quand (?:notre|nos|mon|nous|je)|une fois que|sans garantie|ne peux (?:rien )?(?:pas )?(?:vous )?promettre|"
    r"esper(?:o|amos|ando|anza)|ojala|intent\w+|tratar(?:e|emos|a)?|procurar\w*|haremos lo posible|hare lo posible|lo posible|si todo va bien|si es posible|en cuanto (?:nos|me|nuestro|mi|cobr|el|la|teng|recib)|cuando (?:nos|me|nuestro|mi|cobr|el client|teng|recib)|tan pronto|dios mediante|una vez que)\b"
)
_SOFT = re.compile(
    r"\b(?:should|shd|shld|might|may|could|expect\w*|probably|prob|likely|presumably|possibly|perhaps|maybe|plan(?:ning)?|plans to|intend\w*|aim\w*|think|thinking|believe|reckon|guess|envisage|anticipate|estimate\w*|provisionally|tentatively|supposed to|looking at|with luck|all things|roughly|about|around|sometime|"
    r"soll(?:te|ten|en)?|durfte\w*|duerfte\w*|konnte\w*|voraussichtlich|wahrscheinlich|vermutlich|vielleicht|eventuell|evtl|wohl|plan(?:en|e|t)|gedenk\w*|beabsichtig\w*|rechnen (?:wir|damit)|gehe davon aus|gehen davon aus|denke|denken|glaube|glauben|schatze|eigentlich|in der regel|normalerweise|irgendwann|"
    r"devr\w+|pourr\w+|probablement|vraisemblablement|sans doute|peut[- ]etre|normalement|pens(?:ons|e)|comptons|compte (?:payer|regler|faire)|prevoyons|prevoi[st]|envisage\w*|a priori|en principe|logiquement|crois|croyons|"
    r"deber\w+|podri\w+|probablemente|seguramente|posiblemente|quiza[s]?|tal vez|creo|creemos|pens(?:amos|o)|prevemos|preve|tenemos previsto|en principio|supongo|suponemos|calculo|calculamos|normalmente)\b"
)
_FIRM = re.compile(
    r"\b(?:will|we'll|i'll|it'll|you'll|shall|going to|gonna|promise|promised|guarantee\w*|definitely|certainly|commit\w*|confirm\w*|assure|rest assured|is scheduled|are scheduled|is set|has been scheduled|scheduled|is planned|approved for|set up for|arranged for|committed|"
    r"(?:we|i) (?:pay|transfer|settle|send|clear|remit|can pay|can transfer)|paying|transferring|sending|payment (?:goes|follows|is going|leaves|on|tomorrow|today|by|next|this)|goes out|going out|is going|money (?:is|goes)|pay (?:on|by|you|it|tomorrow|today|next|this|\d)|you have my word|without fail|"
    r"werd(?:e|en)|wird|zahle|zahlen wir|wir zahlen|ich zahle|zahlen (?:am|bis|die|den|morgen|heute)|uberweise|uberweisen|ueberweise|ueberweisen|begleiche|begleichen|bezahle|bezahlen|zahlung (?:erfolgt|folgt|geht|am|kommt)|geld (?:kommt|geht)|geht (?:am|morgen|heute|raus|nachste|per)|kommt am|erfolgt|folgt|versprech\w*|versprochen|garantier\w*|garantiert|zugesagt|sage zu|zusage|bestatig\w*|verbindlich|sicher|definitiv|zur zahlung angewiesen|erhalten sie|veranlass\w*|eingeplant|vorgesehen|"
    r"(?:paie|regle|vire|verse|solde|transf[eè]re|envoi)r(?:ai|ons|a|ont)|payer(?:ai|ons|a|ont)|paier(?:ai|ons|a|ont)|(?:je|nous|on) (?:paie|paye|payons|regle|reglons|vire|virons|verse|versons)|sera (?:paye|regle|vire|verse|solde|effectue|fait)\w*|vais (?:payer|regler|virer|faire)|allons (?:payer|regler|virer|faire)|va (?:payer|regler|virer|partir|etre)|aurez|recevrez|partira|part (?:demain|le|lundi|mardi|mercredi|jeudi|vendredi|aujourd)|virement (?:prevu|programme|le|demain|partira|effectue|fait)|paiement (?:prevu|programme|le|demain)|reglement (?:prevu|programme|le|demain|vendredi|lundi|mardi|mercredi|jeudi)|promets|promettons|m'engage|nous engageons|engage|garanti\w*|certainement|sans faute|est prevu|est programme|"
    r"pagar(?:e|emos|a|an)|abonar(?:e|emos|a|an)|transferir(?:e|emos|a|an)|liquidar(?:e|emos|a)|ingresar(?:e|emos|a)|saldar(?:e|emos|a)|har(?:e|emos) (?:el|la|un|una)|enviar(?:e|emos)|recibir(?:a|an)|vamos a|voy a|va a|(?:pago|pagamos|abono|abonamos|transfiero|transferimos) (?:el|la|manana|hoy|este|esta|en|a|todo|los|las|\d)|se (?:pagara|abonara|transferira|paga)|sera (?:pagad|abonad|transferid|liquidad)[oa]|pago (?:previsto|programado|el|manana)|transferencia (?:prevista|programada|sale|el|manana)|sale (?:el|manana|hoy)|sin falta|prometo|prometemos|garantiz\w*|me comprometo|nos comprometemos|compromis\w*|confirm\w*|tendran|tendra|quedara)\b"
)
_NOT = re.compile(
    r"\b(?:never (?:said|promised|agreed)|(?:did not|didn't|haven't|have not) (?:say|said|promise|promised|agree|agreed)|(?:will not|won't|shall not|not going to|refuse to|aren't going to|no intention) (?:be )?(?:pay\w*|settl\w*|able|transfer\w*|send\w*)|(?:can't|cannot|can not|unable to|not able to|couldn't) (?:pay|settle|make|transfer|send)|not be able to|"
    r"(?:zahlen|zahle|bezahlen|bezahle|uberweisen|uberweise) (?:wir |ich )?(?:das |die rechnung |sie |diese rechnung )?(?:nicht|gar nichts|nichts)|werde[n]? (?:wir |ich )?(?:das |die rechnung |die |diese rechnung |es )?nicht|konnen (?:wir )?(?:\S+ ){0,3}nicht (?:be)?zahlen|kann (?:ich )?(?:\S+ ){0,3}nicht (?:be)?zahlen|habe nie|haben nie|nie (?:gesagt|versprochen|zugesagt)|"
    r"ne (?:paierons|paierai|reglerons|reglerai|payerons|payerai|pouvons|peux|pourrons|pourrai|sommes|verserons) pas|n'ai jamais|n'avons jamais|refusons|refuse de|"
    r"no (?:pagaremos|pagare|vamos a pagar|voy a pagar|podemos|puedo|podremos|podre|abonaremos|hemos dicho|he dicho)|nunca (?:dije|dijimos|prometi|prometimos)|nos negamos|me niego)\b"
)
_ASKS = re.compile(
    r"\b(?:can|could|may|might|would|will you|is it possible|possible to|possibility|if we|konnen|konnten|durfen|durften|ware es|ist es moglich|moglich|pouvons|pourrions|pouvez|pourriez|puis-je|serait-il|est-il possible|est-ce que|peut-on|podemos|podriamos|pueden|podrian|puede|podria|seria posible|es posible)\b"
)
_NOT_OURS = re.compile(r"\b(?:should you|sollten sie|hope (?:you|this|that (?:you|this|helps|is|clarifies))|hoffe,? (?:sie|das|es geht|ihnen)|hoffen,? (?:sie|auf)|esperons que (?:vous|cela)|espero que (?:esten?|entienda|se encuentr|lo)|esperamos que (?:entienda|lo)|i think you|wenn sie|if you|si vous|si usted)\b")
_ALREADY = re.compile(
    r"\b(?:(?:have|has|had|was|were|'ve|been|already|just) (?:been |already |just )?(?:paid|settled|sent|transferred|cleared|remitted)|we paid|i paid|paid (?:on|last|yesterday|it)|bereits|schon|(?:habe|haben|wurde|wurden|ist|sind)\b[^.]{0,60}\b(?:bezahlt|uberwiesen|beglichen|gezahlt|angewiesen)(?! werden)|"
    r"(?:avons|ai|a ete|ont ete|deja) (?:deja )?(?:paye|regle|vire|effectue|verse)\w*|deja|(?:hemos|he|ha sido|fue|ya) (?:ya )?(?:pagad\w*|abonad\w*|transferid\w*|pagamos|pague|abonamos|realizad\w*))\b"
)


def firmness_of(text: str, dates: tuple[DateSlot, ...] = ()) -> str:
    """"firm", "soft" or "aspirational" of a folded text, "" where nobody promises to pay; the weakest sentence decides.

    Questions, refusals, and payments that were made are no promises.
    """
    found = set()
    for sentence, question in _sentences(text):
        if _NOT.search(sentence):
            continue
        asked = question or _ASKS.match(sentence.lstrip()) is not None
        paying = bool(_PAY.search(sentence))
        if not paying and not (dates and len(text) < 160):
            continue
        kind = _kind(sentence)
        if kind == "firm" and (asked or (_ALREADY.search(sentence) and not re.search(r"\b(?:will|werden|wird|rest)\b", sentence))):
            continue
        if kind in ("soft", "aspirational") and asked and _ASKS.search(sentence):
            continue
        found.add(kind)
    return next((kind for kind in ("aspirational", "soft", "firm") if kind in found), "")


def _kind(sentence: str) -> str:
    if _NOT_OURS.search(sentence):
        return "firm" if _FIRM.search(sentence) else ""
    if _ASPIRES.search(sentence):
        return "aspirational"
    if _SOFT.search(sentence):
        return "soft"
    return "firm" if _FIRM.search(sentence) else ""


def _sentences(text: str) -> list[tuple[str, bool]]:
    """Each sentence, and whether it is a question."""
    out, begin = [], 0
    for match in _SENTENCE.finditer(text):
        out.append((text[begin : match.start()][:600], "?" in match[0]))
        begin = match.end()
    out.append((text[begin:][:600], False))
    return [(sentence, asked) for sentence, asked in out if sentence.strip()]
