// The collector's side: where the conversation stands, what was understood and decided, and what is owed.
const STEPS = ["reminded", "engaged", "proposed", "promised", "kept"];
// `held` is the latest draft that was not sent: what a person may begin an answer with.
const Collector = { unfolded: new Set(), held: "" };

Collector.draw = function (thread) {
  const who = thread.customer;
  byId("name").textContent = who.name || who.id;
  const about = [
    who.id, who.country, who.segment,
    who.value && !who.segment ? t("{size} account", { size: said("level", who.value) }) : "",
    who.broken === 1 ? t("1 broken promise in a year") : who.broken ? t("{n} broken promises in a year", { n: who.broken }) : "",
  ];
  byId("about").textContent = about.filter(Boolean).join(" · ");
  Collector.steps(thread);
  Collector.buttons(thread);
  const [latest, ...earlier] = [...thread.turns].reverse();
  const sent = latest && thread.messages.some((one) => one.number === latest.number && one.status === "sent");
  Collector.held = latest && !sent ? latest.draft?.body ?? "" : "";
  byId("panels").replaceChildren(
    ...(latest ? Collector.turn(thread, latest) : [el("p", { class: "empty" }, t("The customer has not written yet."))]),
    Collector.owed(thread),
    ...Collector.rows(thread),
    ...Collector.earlier(thread, earlier),
  );
};

Collector.steps = function (thread) {
  const at = STEPS.indexOf(thread.state), aside = at < 0 && thread.state in LABELS.state;
  const reached = thread.messages.length ? at : -1;
  const steps = STEPS.map((name, place) => {
    const here = place === reached;
    const kind = here ? "here" : place < reached ? "done" : "";
    return el("li", { class: kind, "aria-current": here ? "step" : false }, said("state", name));
  });
  if (aside) steps.push(el("li", { class: `here aside ${thread.state}`, "aria-current": "step" }, said("state", thread.state)));
  byId("steps").replaceChildren(...steps);
  const note = thread.taken_by ? t("{who} answers; the machine is silent.", { who: thread.taken_by })
    : thread.needs_person ? t("Waits for: {queue}", { queue: said("queue", thread.needs_person) })
    : thread.state === "stopped" ? t("The customer wants no more contact; nothing is sent.") : "";
  byId("whose").textContent = note;
  byId("whose").hidden = !note || Boolean(thread.to_sign);
};

Collector.buttons = function (thread) {
  byId("remind").textContent = thread.messages.length ? t("Send a reminder") : t("Send the first reminder");
  byId("remind").disabled = thread.consents.chat === false || !thread.invoices.length;
  byId("take-over").hidden = Boolean(thread.taken_by);
  byId("sign").hidden = !thread.to_sign;
  byId("to-sign").hidden = !thread.to_sign;
  const draft = thread.to_sign ? [
    el("p", {}, t("To be approved: {kind}", { kind: said("kind", thread.to_sign.kind) }), ...(byId("whose").textContent ? [" · ", byId("whose").textContent] : [])),
    proposed(thread.to_sign),
  ] : [];
  byId("to-sign").replaceChildren(...draft);
  byId("give-back").hidden = !(thread.taken_by || ["person", "disputed"].includes(thread.state));
};

Collector.turn = function (thread, turn) {
  const message = thread.messages.find((one) => one.number === turn.message);
  const first = turn.intents ? Collector.understood(turn, message) : Collector.done(turn, message);
  const answer = thread.messages.find((one) => one.number === turn.number && one.from !== "customer");
  return [first, Collector.decided(turn), Collector.draft(turn, answer)].filter(Boolean);
};

// A click of the customer's, or a signature: nothing had to be understood.
Collector.done = function (turn, message) {
  const words = turn.what === "signed" ? t("Signed by {who}", { who: turn.by })
    : message?.text === "refuse" ? t("The customer refused the proposal") : t("The customer accepted the proposal");
  return card(words, `${dayOf(turn.at, false)} ${clockOf(turn.at)}`);
};

Collector.understood = function (turn, message) {
  const quotes = [
    ...turn.intents.flatMap((intent) => intent.quotes.map((quote) => ({ quote, kind: "meant" }))),
    ...turn.slots.map((slot) => ({ quote: slot.quote ?? "", kind: "named" })),
  ];
  const intents = turn.intents.map((intent) => {
    const bar = el("span", { class: "level", "aria-hidden": "true" }, el("span", {}));
    bar.firstChild.style.width = `${Math.round(100 * intent.confidence)}%`;
    return el("li", {},
      el("span", { class: "what" }, said("intent", intent.name)), bar,
      el("span", { class: "num" }, percent(intent.confidence)), el("span", { class: "soft" }, said("by", intent.by)));
  });
  const slots = turn.slots.map((slot) => el("tr", {},
    el("th", { scope: "row" }, said("slot", slot.kind)), el("td", {}, slotSays(slot)),
    el("td", { class: "soft" }, slot.quote ? quoted(slot.quote) : "")));
  const mood = [
    turn.language ? t("language {code}", { code: turn.language }) : "",
    turn.urgency ? t("urgency {level}", { level: said("level", turn.urgency) }) : "",
    turn.sentiment ? t("mood {level}", { level: said("level", turn.sentiment) }) : "",
  ];
  return card(t("Understood"), message ? `${dayOf(message.at, false)} ${clockOf(message.at)}` : "",
    message ? el("blockquote", {}, marked(message.text, quotes)) : null,
    intents.length ? el("ul", { class: "intents" }, intents) : el("p", { class: "empty" }, t("Nothing was understood for certain.")),
    slots.length ? el("table", { class: "slots" }, el("tbody", {}, slots)) : null,
    el("p", { class: "soft" }, mood.filter(Boolean).join(" · ")));
};

function slotSays(slot) {
  if (slot.kind === "amount" && slot.amount) return money(slot.amount, slot.currency);
  if (slot.kind === "date" && slot.first) {
    const span = slot.last && slot.last !== slot.first ? `${dayOf(slot.first)} – ${dayOf(slot.last)}` : dayOf(slot.first);
    return slot.ask ? t("{day}, to be asked", { day: span }) : span;
  }
  if (slot.kind === "plan") return [slot.number, slot.every, slot.amount ? number(slot.amount) : ""].filter(Boolean).join(" · ") || "–";
  return slot.says || slot.invoice_id || [slot.name, slot.email, slot.phone].filter(Boolean).join(", ") || "–";
}

Collector.decided = function (turn) {
  const made = turn.decision;
  if (!made) return null;
  const toSign = made.needs_approval ? el("p", { class: "note" }, t("Waits for a signature; nothing is granted before.")) : null;
  const queue = made.queue ? el("p", { class: "soft" }, t("Goes to: {queue}", { queue: said("queue", made.queue) })) : null;
  return card(t("Decided by policy"), "",
    el("p", { class: "verdict" }, el("strong", {}, said("action", made.action)), ": ", said("reason", made.reason)),
    made.proposal ? el("div", { class: "terms-of" }, el("p", { class: "soft" }, said("kind", made.proposal.kind)), proposed(made.proposal)) : null,
    made.why.length ? el("ul", { lang: "en" }, made.why.map((sentence) => el("li", {}, sentence))) : null,
    toSign, queue);
};

Collector.draft = function (turn, answer) {
  const draft = turn.draft;
  if (!draft || !draft.body) return null;
  const sent = answer?.status === "sent";
  const how = [sent ? t("Sent") : "", said("channel", draft.channel), said("tone", draft.tone)].filter(Boolean).join(" · ");
  const faults = (turn.faults ?? []).map((fault) => el("li", {}, fault));
  return card(sent ? t("Answer") : t("Draft"), how,
    answer?.status === "unsent" ? el("p", { class: "note" }, t("Not sent: {why}", { why: answer.why })) : null,
    draft.subject ? el("p", {}, el("strong", {}, draft.subject)) : null,
    el("p", { class: "letter" }, draft.body),
    faults.length ? el("div", { class: "note" }, el("p", {}, t("Not in the facts, so it is held:")), el("ul", {}, faults)) : null,
    draft.reasons?.length ? el("ul", { class: "soft", lang: "en" }, draft.reasons.map((why) => el("li", {}, why))) : null);
};

function contested(bill) {
  if (!Number(bill.disputed)) return null;
  return el("small", {}, t("{sum} disputed", { sum: money(bill.disputed, bill.currency) }));
}

Collector.owed = function (thread) {
  const head = [t("Invoice"), t("Due"), t("Open"), t("Risk"), t("Likely paid"), t("Promises")];
  const all = thread.invoices.map((bill) => [
    el("span", { class: "nowrap" }, bill.invoice_id),
    [el("span", { class: "nowrap" }, dayOf(bill.due_on)), el("small", { class: "nowrap" }, overdue(bill.days_overdue))],
    [money(bill.amount_open, bill.currency), contested(bill)],
    bill.risk ? el("span", { class: `risk ${bill.risk}` }, said("risk", bill.risk)) : "–",
    bill.pay_on_p50 ? el("span", { class: "nowrap" }, dayOf(bill.pay_on_p50)) : "–",
    String(bill.promises || "–"),
  ]);
  // A column in which nothing stands is left out.
  const shown = head.map((_, place) => all.some((row) => row[place] !== "–"));
  const kept = (cells) => cells.filter((_, place) => shown[place]);
  const rows = all.map(kept);
  const sums = {};
  for (const bill of thread.invoices) sums[bill.currency] = (sums[bill.currency] ?? 0) + Math.round(1e4 * bill.amount_open);
  const total = Object.entries(sums).map(([currency, units]) => money(units / 1e4, currency)).join(" + ");
  if (!rows.length) return card(t("Open invoices"), "", el("p", { class: "empty" }, t("Nothing is open.")));
  return card(t("Open invoices"), total, table(kept(head), rows, [2]));
};

Collector.rows = function (thread) {
  const promises = thread.promises.map((one) => [
    one.invoice_id, dayOf(one.promised_on), money(one.amount, one.currency ?? ""), el("span", { class: `became ${one.state}` }, said("became", one.state)),
  ]);
  const payments = thread.payments.map((one) => [one.invoice_id || t("not applied"), dayOf(one.paid_on), money(one.amount, one.currency)]);
  const entered = thread.entered.map((one) => [el("span", { class: "nowrap" }, said("table", one.table)), one.what, el("code", {}, one.key)]);
  const consents = Object.entries(thread.consents).map(([channel, allowed]) =>
    el("li", { class: allowed ? "" : "off" }, said("channel", channel), ": ", allowed ? t("allowed") : t("not allowed")));
  return [
    promises.length ? card(t("Promises"), "", table([t("Invoice"), t("Promised for"), t("Amount"), t("State")], promises, [2])) : null,
    payments.length ? card(t("Payments"), "", table([t("Invoice"), t("Paid on"), t("Amount")], payments, [2])) : null,
    entered.length ? card(t("Entered in the ledger"), "", table([t("Table"), t("What"), t("Key")], entered, [])) : null,
    consents.length ? card(t("Channels"), "", el("ul", { class: "channels" }, consents)) : null,
  ].filter(Boolean);
};

Collector.earlier = function (thread, turns) {
  if (!turns.length) return [];
  const folded = turns.map((turn) => {
    const names = (turn.intents ?? []).map((intent) => said("intent", intent.name)).join(", ")
      || (turn.what === "signed" ? t("Signed by {who}", { who: turn.by }) : turn.what === "clicked" ? t("Our proposal") : t("not understood"));
    const line = `${clockOf(turn.at)} · ${names} → ${turn.decision ? said("action", turn.decision.action) : ""}`;
    const toggled = (event) => Collector.unfolded[event.target.open ? "add" : "delete"](turn.number);
    return el("details", { open: Collector.unfolded.has(turn.number), on: { toggle: toggled } },
      el("summary", {}, line), Collector.turn(thread, turn));
  });
  return [card(t("Earlier in this conversation"), "", ...folded)];
};

function card(title, aside, ...content) {
  const head = el("div", { class: "head" }, el("h3", {}, title), aside ? el("span", { class: "soft" }, aside) : null);
  return el("section", { class: "card" }, head, ...content);
}

function table(head, rows, numbers) {
  const kind = (place) => (numbers.includes(place) ? "num" : false);
  return el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, head.map((name, place) => el("th", { scope: "col", class: kind(place) }, name)))),
    el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, place) => el("td", { class: kind(place), "data-label": head[place] }, cell)))))));
}
