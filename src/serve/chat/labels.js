// Codes of the desk in words; `t` says them in the page's language.
const LABELS = {
  intent: {
    need_more_time: "Needs more time", promise_to_pay: "Promises to pay", instalment_plan: "Wants instalments",
    part_payment: "Pays a part", already_paid: "Says it is paid", remittance_advice: "Says what a payment covers",
    dispute: "Contests goods or service", amount_disagreement: "Contests the amount",
    internal_approval: "Waits for approval inside", missing_po: "Order number missing", send_invoice: "Wants the invoice",
    send_statement: "Wants a statement", question: "Asks a question", wrong_contact: "Not the right contact",
    redirect: "Names another contact", hardship: "Money is short", insolvency: "Insolvency", legal: "Lawyer or court",
    change_bank_details: "Bank details changed", who_are_you: "Asks who is writing", unsubscribe: "Wants no more contact",
    hostile: "Hostile", escalate: "Wants a person", out_of_office: "Out of office", bounce: "Not delivered",
    acknowledgement: "Thanks or okay", card_data_sent: "Sent a card number", out_of_scope: "About something else",
  },
  action: {
    accept: "Granted", counter: "Counter-proposal", ask: "Asked back", answer: "Answered", hand_over: "Handed to a person",
    note: "Noted, no answer",
  },
  reason: {
    bounce: "the message was not delivered", out_of_office: "nobody is there", insolvency: "insolvency",
    legal: "lawyers or a court", change_bank_details: "bank details; nothing about accounts is confirmed",
    unsubscribe: "no more contact is wanted", card_data_sent: "a card number was removed", escalate: "a person is wanted",
    hostile: "the tone is hostile", dispute: "a dispute was opened", amount_disagreement: "the amount is contested",
    waiver: "a waiver of interest or fees", wrong_contact: "not the right contact", redirect: "another contact was named",
    nothing_open: "nothing is open", which_invoice: "which invoice is meant?", which_currency: "which currency is meant?",
    which_day: "which day is meant?", which_amount: "which amount is meant?", broken_promises: "too many promises were broken",
    extensions_used: "every extension is used up", hardship: "money is short", default_horizon: "no day was named",
    within_policy: "within the policy", beyond_policy: "more than the policy allows", promise: "a promise that is taken",
    no_firm_day: "no firm day was named", default_plan: "a plan in usual parts", rest_open: "a part is taken, the rest stays open",
    part_too_small: "the part is too small", approval: "the sum needs a signature", payment_found: "the payment was found",
    payment_not_found: "no such payment was found", remittance: "a payment was announced",
    approval_when: "by when is it approved?", missing_po: "an order number is missing", documents: "documents were asked for",
    question: "a question for a person", how_to_pay: "how to pay", what_is_owed: "what is owed", who_are_you: "who is writing",
    acknowledgement: "nothing to decide", out_of_scope: "not about a debt", not_understood: "not understood",
    agreed: "our proposal was taken", no_agreement: "several proposals were not taken", refused: "the proposal was refused",
    proposal_lapsed: "the proposal no longer holds", with_person: "a person has the conversation",
  },
  state: {
    reminded: "Reminded", engaged: "In conversation", proposed: "Proposed", promised: "Promised", kept: "Paid",
    broken: "Promise broken", disputed: "Disputed", person: "With a person", stopped: "Contact ended",
  },
  queue: {
    "credit manager": "Credit manager", treasury: "Treasury", collections: "Collections",
    "customer service": "Customer service",
  },
  kind: { extension: "A later day", promise: "A promise", plan: "Instalments", part: "A part now, the rest later", waiver: "A waiver" },
  slot: {
    date: "Day", amount: "Amount", invoice: "Invoice", name: "Contact", plan: "Plan", firmness: "Firmness",
    waiver: "Waiver", channels_off: "Channels",
  },
  tone: {
    courtesy: "courtesy", friendly: "friendly", reminder: "reminder", firm: "firm", final: "final", person: "a person takes over",
  },
  channel: {
    email: "e-mail", sms: "SMS", whatsapp: "WhatsApp", slack: "Slack", teams: "Teams", chat: "chat", phone: "telephone",
    letter: "letter", person: "person",
  },
  risk: { low: "low", medium: "medium", high: "high" },
  level: {
    low: "low", normal: "normal", high: "high", negative: "negative", neutral: "neutral", positive: "positive",
    small: "small", middle: "middle", large: "large",
  },
  by: { rule: "by rule", model: "by model" },
  became: { active: "running", kept: "kept", broken: "broken", superseded: "replaced", open: "open", paid: "paid", expired: "expired" },
  table: {
    messages: "Message", promises: "Promise", payments: "Payment", disputes: "Dispute", consents: "Consent",
    contacts: "Contact",
  },
};

function said(group, code) {
  const known = LABELS[group][code];
  return known ? t(known) : String(code ?? "").replaceAll("_", " ");
}
