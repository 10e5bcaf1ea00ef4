"""Two wishes beside payment: to be spared interest or fees, and to hear no more by a channel."""

from __future__ import annotations

import re

from .folded import has_any

_FEES = (
    r"(?:interest|late (?:payment )?(?:fees?|charges?|penalt(?:y|ies))|(?:reminder|dunning|admin(?:istration)?|collection|handling|overdue|penalty|statutory|extra|additional|late) (?:fees?|charges?|costs?)|fees?|surcharges?|penalt(?:y|ies)|late charges?|"
    r"(?:verzugs|mahn|saumnis)?zinsen|mahn(?:gebuhr|kosten|spesen|pauschale|zuschlag)\w*|mahngebuehr\w*|verzugs(?:pauschale|kosten|schaden|gebuhr)\w*|saumnis(?:zuschlag|gebuhr)\w*|inkassokosten|gebuhr(?:en)?|gebuehr(?:en)?|spesen|zuschlage?|40[- ]euro[- ]pauschale|pauschale|"
    r"interets?(?: de retard)?|penalites?(?: de retard)?|frais(?: de (?:relance|recouvrement|rappel|dossier|retard))?|indemnite forfaitaire|majorations?|agios|"
    r"intereses?(?: de demora)?|recargos?|comision(?:es)?|gastos (?:de (?:reclamacion|demora|gestion|recordatorio|cobro))|penalizacion(?:es)?|mora)"
)
_SPARED = (
    r"(?:waiv\w+|drop|dropped|remov\w+|cancel\w*|spare|spared|forgiv\w+|writ\w+ off|written off|let (?:us|me) off|forget about|scrap|reverse[d]?|refund\w*|credit back|take off|taken off|take (?:it|them|this|that) off|knock(?:ed)? off|goodwill|leniency|"
    r"erlass\w*|erlasst|verzicht\w*|streich\w*|gestrichen|absehen|abgesehen|stornier\w*|kulan\w*|erspar\w*|nachlass\w*|nachsehen|weglassen|entfall\w*|herausnehmen|rausnehmen|gutschreib\w*|zuruckneh\w*|"
    r"renonc\w+|annul\w+|supprim\w+|exoner\w+|faire grace|grace de|remise|abandon\w*|enlev\w+|retir\w+|dispens\w+|geste commercial|epargner|deduire|"
    r"condon\w+|anul\w+|elimin\w+|quit\w+|perdon\w+|exim\w+|renunci\w+|retir\w+|descont\w+|suprim\w+|cancel\w+|exoner\w+|bonific\w+|dispens\w+|no (?:nos |me )?cob\w+)"
)
_WITHOUT = (
    rf"\b(?:without|w/o|no|ohne|keine?r?n?|sans|pas de|aucun[es]*|sin|ningun\w*)(?: (?:any|the|further|more|extra|additional|charging|paying|incurring|weitere|zusatzliche|sonstige|die|les|des|los|las|mas|de|cobrar|pagar|plus))* {_FEES}\b"
)
_NOT_CHARGED = rf"\b(?:don't|do not|not|please don't|nicht|ne pas|pas|no)\b[^.!?\n]{{0,25}}\b(?:charg\w+|add\w*|apply|berechn\w*|erheb\w*|verrechn\w*|factur\w+|appliqu\w+|comptabilis\w+|cobr\w+|aplic\w+)\b[^.!?\n]{{0,25}}\b{_FEES}\b"
_WAIVER = re.compile(
    rf"\b{_SPARED}\b[^.!?\n]{{0,60}}\b{_FEES}\b|\b{_FEES}\b[^.!?\n]{{0,70}}\b{_SPARED}\b|{_WITHOUT}|{_NOT_CHARGED}|"
    rf"\b(?:keine?n?|kein) {_FEES}\b[^.!?\n]{{0,20}}\b(?:berechn\w*|erheb\w*)\b"
)
_REFUSED = re.compile(
    r"\b(?:no discount|not asking|don't ask|do not ask|not ask(?:ing)? (?:you )?to|verlangen nicht|bitten nicht|ne demandons pas|no pedimos|no need to|there (?:is|was|are) no|no interest in|interested in)\b[^.!?\n]{0,40}$"
)
_MORE = r"(?:any ?more|anymore|any longer|again|ever|further|future)"
_CHANNELS: tuple[tuple[str, str], ...] = (
    ("sms", r"(?:texts?|texting|text messages?|sms|smses|txts?|txt|messages de texte|textos?|kurznachrichten|mensajes de texto)"),
    ("phone", r"(?:calls?|calling|phone calls?|phoning|phone|ringing|ring|telephone|telefonieren|anrufe?n?|anzurufen|telefonanrufe|telefonisch|appels?|appeler|telephoner|telephonique\w*|llamadas?|llamar\w*|llamen|llame|telefon\w*)"),
    ("email", r"(?:e-?mails?|e-?mailing|mails?|mailings?|mailing list|newsletters?|courriels?|correos?(?: electronicos?)?)"),
    ("letter", r"(?:letters?|post|briefe?n?|postalisch|per post|courriers?|lettres?|cartas?)"),
    ("chat", r"(?:whatsapps?|chats?|chat messages?)"),
)  # fmt: skip
_ALL = re.compile(
    r"\b(?:(?:do not|don't|dont|stop|never|cease|no longer|quit) (?:ever )?(?:contact(?:ing)?|bother(?:ing)?|harass(?:ing)?|pester(?:ing)?|reach(?:ing)? out|message|messaging) (?:me|us|our|my)\b(?![^.!?\n]{0,25}\b(?:by|via|on|through) (?:phone|sms|text|e-?mail|post|whatsapp|letter))|leave (?:me|us) alone|no (?:more|further) (?:contact|communications?|correspondence|reminders|contacts)|"
    r"remove (?:me|us|my (?:details|data|contact)|our (?:details|data|contact)|this (?:number|address) )[^.!?\n]{0,25}(?:all|every|list|database|system|records|contact)|take (?:me|us) off (?:your|all|the|every) [^.!?\n]{0,15}list|unsubscribe (?:me |us )?from (?:all|everything)|opt (?:me |us )?out of (?:all|everything)|stop all|all (?:channels|communications?)[^.!?\n]{0,15} stop|delete (?:all )?my (?:data|details|number and)|lose my (?:number|details)|"
    r"kontaktieren sie (?:mich|uns) (?:bitte )?(?:nie|nicht|nicht mehr|nie wieder|nie mehr)\b|(?:keinen|keinerlei|kein) (?:weiteren |weitere )?kontakt\w*|lassen sie (?:mich|uns) in ruhe|lasst (?:mich|uns) in ruhe|keine (?:weiteren )?(?:nachrichten|kontaktaufnahme|mahnungen) mehr|(?:nicht|nie) mehr (?:kontaktier\w*|belastig\w*)|nicht weiter (?:kontaktier\w*|belastig\w*)|aus (?:ihrem|allen|dem) (?:verteiler\w*|verteilern|listen)|von (?:ihrer|allen) listen?|horen sie auf,? (?:mich|uns) zu (?:kontaktieren|belastigen)|"
    r"(?:ne|plus) (?:me|nous) contact\w+|ne (?:me|nous) (?:contactez|derangez) plus|cessez (?:de (?:me|nous) (?:contacter|deranger|harceler)|tout contact)|arretez de (?:me|nous) (?:contacter|deranger|harceler)|laissez[- ](?:moi|nous) tranquilles?|plus aucun (?:contact|message)|(?:retirez|supprimez|enlevez)[- ](?:moi|nous) de (?:votre|vos|toutes)[^.!?\n]{0,15}(?:listes?|fichiers?|base)|desinscri\w+ de tout|"
    r"no (?:me|nos) (?:contacte[n]?|moleste[n]?|contacten mas)(?: mas| nunca)?|dejen? de (?:contactar(?:me|nos)|molestar(?:me|nos)|acosar(?:me|nos))|dejen?(?:me|nos) en paz|no quiero (?:mas|ningun) (?:contacto|mensajes)|(?:borren|eliminen|quiten)(?:me|nos) de (?:su|sus|todas)[^.!?\n]{0,15}(?:listas?|base)|ningun (?:tipo de )?contacto)\b"
)
_SPECIFIC = (
    r"\b(?:no (?:more|further)|stop (?:sending (?:me |us )?|all |with |the |these |those |your )*|stop|do not|don't|dont|never|please don't|quit|unsubscribe (?:me |us )?from|opt (?:me |us )?out of|opt out of|take (?:me|us) off|remove (?:me|us) from|keine|keine weiteren|nicht mehr|nicht|stoppen sie|stopp|schluss mit|unterlassen sie|horen sie auf(?: mit)?|aufhoren mit|verzichten sie auf|"
    r"plus de|plus d'|plus aucun[e]?|pas de|pas d'|ne plus|ne pas|arretez (?:de|d'|les|vos|avec)|cessez (?:de|d'|les|vos)|stop aux|desabonn\w+|desinscri\w+|no mas|no (?:me|nos) (?:envien|manden)|no (?:me|nos)|no|dejen? de|basta de|ni una|baja de|ningun[a]?)"
)
_KEPT = re.compile(r"\b(?:no need to|not necessary to|keep|hesitate to|fail to|forget to|paper|invoices?|rechnungen|factures?|facturas?|papier|nicht notig|brauchen nicht|pas besoin|no hace falta|no es necesario|receive[d]?|get|got|erhalten|recu|recibido|answer|respond|reply|reagier\w*|pick up|return)\b")


_FEE_STEMS = ("interest", "fee", "charge", "penalt", "cost", "zins", "gebuhr", "gebuehr", "mahn", "verzug", "saumnis", "inkasso", "spesen", "zuschl", "pauschal", "interet", "penalit", "frais", "indemnit", "major",
               "agios", "interes", "recargo", "comision", "gastos", "penaliz", "mora")  # fmt: skip
_STOP_STEMS = ("stop", "no more", "no further", "do not", "n't", "dont", "never", "unsubscribe", "opt ", "off", "remove", "leave", "quit", "lose", "delete", "cease", "no longer", "contact", "kein", "nicht", "nie ", "aus ", "von ", "ruhe", "unterlass", "stopp", "schluss", "horen",
               "plus", "pas ", "arret", "cess", "desabonn", "desinscri", "laissez", "retire", "supprime", "enlev", "no ", "dej", "baja", "basta", "borr", "elimin", "quit", "ningun", "all ")  # fmt: skip
_ALL_STEMS = ("contact", "bother", "harass", "pester", "reach", "messag", "alone", "list", "system", "database", "record", "communication", "reminder", "correspond", "unsubscribe", "opt ", "my da", "my nu", "my de", "kontakt", "ruhe", "nachricht", "mahnung", "belastig",
              "verteiler", "derang", "harcel", "tranquill", "fichier", "base", "desinscri", "molest", "acos", "paz", "mensaj", "stop all")  # fmt: skip
_CHANNEL_STEMS = {
    "sms": ("text", "sms", "txt", "kurznachricht"), "phone": ("call", "phon", "ring", "ruf", "telef", "appel", "llam", "teleph"),
    "email": ("mail", "newsletter", "courriel", "correo"), "letter": ("letter", "post", "brief", "courrier", "lettre", "carta"), "chat": ("whatsapp", "chat"),
}  # fmt: skip


def wants_waiver(text: str) -> bool:
    """Whether a folded text wishes to be spared interest or fees.

    >>> wants_waiver("please waive the late fee"), wants_waiver("how much interest do i owe?")
    (True, False)
    """
    if not has_any(text, _FEE_STEMS):
        return False
    return any(not _REFUSED.search(text[max(0, m.start() - 60) : m.start()]) for m in _WAIVER.finditer(text))


_PATTERNS = tuple(
    (
        name,
        re.compile(
            rf"{_SPECIFIC}(?: (?:me|us|any|more|the|these|those|your|by|per|via|to|de|d'|des|les|vos|por|mich|uns|sie|bitte|weitere[n]?|send|sending|contact|write|writing|send me|send us|envoyer|m'envoyer|nous|enviar\w*|mandar\w*|recibir|recevoir|all|unsolicited|marketing|automated|annoying|ihre|telefonische|an|mehr|my|our|number|mas)){{0,5}} ?{words}\b"
            rf"|\bnot? (?:contact|write)[^.!?\n]{{0,20}}\b(?:by|via|on) {words}\b|\b(?:nicht|nie) mehr (?:per |uber |via |auf )?{words}\b|\b{words} (?:bitte )?(?:nicht mehr|einstellen|unterlassen|abbestellen|stoppen|stop)\b|\b(?:rufen sie (?:mich|uns|hier) (?:bitte )?(?:nicht|nie)|(?:ne )?(?:m'|nous |me |n')(?:appelez|appeler|telephonez) (?:plus|pas)|(?:mich|uns) (?:bitte )?(?:nicht mehr|nie wieder|nicht) an(?:zu)?rufen)\b"
            if name == "phone"
            else rf"{_SPECIFIC}(?: (?:me|us|any|more|the|these|those|your|by|per|via|to|de|d'|des|les|vos|por|mich|uns|sie|bitte|weitere[n]?|send|sending|contact|write|writing|send me|send us|envoyer|m'envoyer|nous|enviar\w*|mandar\w*|recibir|recevoir|all|unsolicited|marketing|automated|annoying|ihre|an|mehr|my|our|mas)){{0,5}} ?{words}\b"
            rf"|\bnot? (?:contact|write)[^.!?\n]{{0,20}}\b(?:by|via|on) {words}\b|\b(?:nicht|nie) mehr (?:per |uber |via |auf )?{words}\b|\b{words} (?:bitte )?(?:nicht mehr|einstellen|unterlassen|abbestellen|stoppen|stop)\b"
        ),
    )
    for name, words in _CHANNELS
)


def channels_off(text: str) -> tuple[str, ...]:
    """Channels by which a folded text wants no more contact, ("all",) where none at all, () where it names none.

    >>> channels_off("no more texts please, email is fine"), channels_off("stop contacting me")
    (('sms',), ('all',))
    """
    if not has_any(text, _STOP_STEMS):
        return ()
    found = _ALL.finditer(text) if has_any(text, _ALL_STEMS) else ()
    if any(not _KEPT.search(text[max(0, m.start() - 20) : m.start()]) for m in found):
        return ("all",)
    out = []
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text) if has_any(text, _CHANNEL_STEMS[name]) else ():
            around = text[max(0, match.start() - 18) : match.end()]
            if not _KEPT.search(around):
                out.append(name)
                break
    return tuple(out)
