// The customer's side: what was said, and what it can answer. Messages are added, never drawn anew, so that they are
// read aloud once.
const Customer = { drawn: new Map(), shown: "" };

Customer.draw = function (thread) {
  if (Customer.shown !== thread.customer.id) {
    byId("messages").replaceChildren();
    Customer.drawn.clear();
    Customer.shown = thread.customer.id;
  }
  byId("customer-name").textContent = thread.customer.name || thread.customer.id;
  byId("customer-about").textContent = t("as the customer sees it");
  const place = byId("messages");
  const near = place.scrollHeight - place.scrollTop - place.clientHeight < 80;
  const said = thread.messages.filter((message) => !["held", "unsent"].includes(message.status));
  let last = "";
  let added = 0;
  for (const message of said) {
    const day = message.at.slice(0, 10);
    if (!Customer.drawn.has(message.number)) {
      if (day !== last) place.append(el("p", { class: "day" }, dayOf(day)));
      const bubble = Customer.bubble(message);
      Customer.drawn.set(message.number, bubble);
      place.append(bubble);
      added += 1;
    }
    last = day;
  }
  Customer.payable(thread, said);
  Customer.proposal(thread);
  byId("nothing-said").hidden = said.length > 0;
  if (added && (near || added === said.length)) place.scrollTop = place.scrollHeight;
};

const CHOICES = { accept: "Accepted the proposal", refuse: "Refused the proposal" };

Customer.bubble = function (message) {
  const words = message.status === "clicked" ? t(CHOICES[message.text] ?? message.text) : message.text;
  const who = message.from === "customer" ? t("Customer") : message.from === "person" ? message.by || t("A person") : t("Reminder service");
  const head = message.subject ? el("strong", { class: "subject" }, message.subject) : null;
  const foot = el("span", { class: "when" }, [who, clockOf(message.at)].join(" · "));
  const text = el("span", { class: "text" }, message.from === "book" ? withPages(words) : words);
  return el("div", { class: `bubble ${message.from}`, "data-number": message.number }, head, text, foot);
};

// Our own text, in which the address of a payment page is a link in words; nobody else's text has links.
function withPages(text) {
  return text.split(/(https?:\/\/\S+\/pay\/[\w-]+)/).map((part, place) => {
    const url = place % 2 ? pageAt(part) : "";
    return url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, t("payment page")) : part;
  });
}

// The pay button stands below our latest message while the link is open.
Customer.payable = function (thread, said) {
  const link = thread.link, ours = said.filter((message) => message.from !== "customer").at(-1);
  const key = link && ours ? `${ours.number} ${link.id} ${link.state}` : "";
  const old = document.querySelector("#messages .pay");
  if (old && old.dataset.key === key) return;
  old?.remove();
  if (!key) return;
  const sum = money(link.amount, link.currency), url = pageAt(link.url);
  let shown = null;
  if (link.state === "open" && url) {
    const label = t("Pay {sum}", { sum });
    shown = el("a", { class: "button main", href: url, target: "_blank", rel: "noopener noreferrer" }, label);
  } else if (link.state === "paid") {
    shown = el("span", { class: "paid" }, t("{sum} paid", { sum }));
  }
  if (shown) Customer.drawn.get(ours.number)?.append(el("span", { class: "pay", "data-key": key }, shown));
};

Customer.proposal = function (thread) {
  const place = byId("proposal"), made = thread.proposal;
  const key = JSON.stringify(made);
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.hidden = !made;
  if (!made) return place.replaceChildren();
  const choose = (choice) => () => App.act("choose", { choice });
  place.replaceChildren(
    el("h3", { class: "quiet" }, t("Our proposal")),
    proposed(made),
    el("p", { class: "row" },
      el("button", { class: "main", type: "button", on: { click: choose("accept") } }, t("Accept")),
      el("button", { type: "button", on: { click: choose("refuse") } }, t("Not possible"))),
  );
};

// A proposal in words: one day, or a list of days.
function proposed(made) {
  const parts = made.instalments ?? [[made.date, made.amount]];
  if (parts.length === 1) {
    return el("p", { class: "terms" }, t("{sum} by {day}", { sum: money(parts[0][1], made.currency), day: dayOf(parts[0][0]) }));
  }
  const rows = parts.map(([day, amount]) => el("li", {}, el("span", {}, dayOf(day)), el("span", { class: "num" }, money(amount, made.currency))));
  return el("ol", { class: "terms parts" }, rows);
}
