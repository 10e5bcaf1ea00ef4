// The page: who is looked at, what is asked of the server, and when it is drawn again.
const EVERY = 2000, LIST_EVERY = 10_000, MOST = 200;
const App = { customer: "", list: [], drawn: "", busy: false, token: sessionStorage.getItem("paybench-token") ?? "" };

App.ask = async function (path, body) {
  const headers = App.token ? { Authorization: `Bearer ${App.token}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(`chat/api/${path}`, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  if (answer.status === 401) {
    App.askToken();
    throw new Error(t("The server asks for its token."));
  }
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
};

App.askToken = () => { if (!byId("token").open) byId("token").showModal(); };

App.say = function (text, wrong = false) {
  const place = byId("told");
  place.textContent = text;
  place.className = wrong ? "wrong" : "";
};

App.name = () => byId("who").value.trim();

// One action: it has a number of its own, so that it happens once however often it is sent.
App.act = async function (what, more = {}) {
  if (App.busy || !App.customer) return null;
  App.busy = true;
  document.body.classList.add("busy");
  try {
    const body = { id: crypto.randomUUID(), ...more };
    const told = await App.ask(`${what}/${encodeURIComponent(App.customer)}`, body);
    App.show(told.thread);
    App.say("");
    App.refreshList();
    return told;
  } catch (error) {
    App.say(error.message, true);
    return null;
  } finally {
    App.busy = false;
    document.body.classList.remove("busy");
  }
};

// What a person does needs the person's name.
App.sign = function (what, more = {}) {
  if (!App.name()) {
    App.say(t("Give your name first; it is recorded with what you do."), true);
    byId("who").focus();
    return null;
  }
  return App.act(what, { who: App.name(), ...more });
};

App.show = function (thread) {
  if (!thread || thread.customer.id !== App.customer) return;
  const text = JSON.stringify(thread);
  if (text === App.drawn) return;
  App.drawn = text;
  byId("today").textContent = dayOf(thread.today);
  Customer.draw(thread);
  Collector.draw(thread);
};

App.refresh = async function () {
  if (!App.customer || App.busy || document.hidden || byId("token").open) return;
  const asked = App.customer;
  try {
    const thread = await App.ask(`thread/${encodeURIComponent(asked)}`);
    if (!App.busy) App.show(thread);
    if (byId("told").dataset.lost) { delete byId("told").dataset.lost; App.say(""); }
  } catch (error) {
    byId("told").dataset.lost = "1";
    App.say(error instanceof TypeError ? t("The server does not answer; trying again.") : error.message, true);
  }
};

App.open = function (customer, focus = false) {
  if (!customer) return;
  App.customer = customer;
  App.drawn = "";
  document.body.classList.add("chosen");
  history.replaceState(null, "", `?customer=${encodeURIComponent(customer)}`);
  byId("answer").hidden = true;
  byId("answer-text").value = "";
  App.say("");
  App.drawList();
  if (byId("tabs").offsetParent) App.view("customer");
  App.refresh();
  if (focus) byId("text").focus();
};

App.refreshList = async function () {
  if (document.hidden || byId("token").open) return;
  try {
    const told = await App.ask("customers");
    const text = JSON.stringify(told.customers);
    if (text !== App.listed) {
      App.listed = text;
      App.list = told.customers;
      App.drawList();
    }
    if (!App.customer && !byId("tabs").offsetParent && App.list.length) App.open(App.list[0].customer_id);
  } catch (error) {
    App.say(error instanceof TypeError ? t("The server does not answer; trying again.") : error.message, true);
  }
};

App.drawList = function () {
  const sought = byId("search").value.trim().toLowerCase();
  const found = App.list.filter((one) => !sought || `${one.name} ${one.customer_id}`.toLowerCase().includes(sought));
  const rows = found.slice(0, MOST).map((one) => {
    const sums = one.open.map((sum) => money(sum.amount, sum.currency)).join(" + ");
    const about = [overdue(one.overdue_days), one.state ? said("state", one.state) : ""].filter(Boolean).join(" · ");
    const chosen = one.customer_id === App.customer;
    return el("li", {}, el("button", {
      type: "button", class: chosen ? "chosen" : "", "aria-current": chosen ? "true" : false,
      "data-customer": one.customer_id, on: { click: () => App.open(one.customer_id) },
    },
      el("span", { class: "top" }, el("strong", {}, one.name || one.customer_id), one.waits ? el("span", { class: "waits" }, t("waits")) : null),
      el("span", { class: "sums" }, sums || t("nothing open")),
      about ? el("span", { class: "soft" }, about) : null,
      one.last ? el("span", { class: "soft last" }, one.last) : null));
  });
  const focused = document.activeElement?.dataset?.customer;
  byId("customers").replaceChildren(...rows);
  if (focused) byId("customers").querySelector(`[data-customer="${CSS.escape(focused)}"]`)?.focus();
  const more = found.length - rows.length;
  byId("found").textContent = !found.length ? t("Nobody by that name.") : more > 0 ? t("{n} more; search for a name.", { n: more }) : "";
};

App.view = function (name) {
  document.body.dataset.view = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const here = tab.dataset.view === name;
    tab.setAttribute("aria-selected", here);
    tab.tabIndex = here ? 0 : -1;
  }
};

function sendsOnEnter(field) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  });
}

function begin() {
  byId("who").value = sessionStorage.getItem("paybench-who") ?? "";
  byId("who").addEventListener("change", () => sessionStorage.setItem("paybench-who", App.name()));
  byId("search").addEventListener("input", App.drawList);
  sendsOnEnter(byId("text"));
  byId("write").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = byId("text").value.trim();
    if (text && (await App.act("say", { text }))) byId("text").value = "";
    byId("text").focus();
  });
  byId("remind").addEventListener("click", () => App.act("remind"));
  byId("take-over").addEventListener("click", () => App.sign("take-over"));
  byId("sign").addEventListener("click", () => App.sign("sign"));
  byId("give-back").addEventListener("click", () => App.sign("give-back"));
  byId("answer-open").addEventListener("click", () => {
    byId("answer").hidden = !byId("answer").hidden;
    byId("answer-open").setAttribute("aria-expanded", !byId("answer").hidden);
    if (byId("answer").hidden) return;
    if (!byId("answer-text").value) byId("answer-text").value = Collector.held;
    byId("answer-text").focus();
  });
  byId("answer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = byId("answer-text").value.trim();
    if (!text || !(await App.sign("answer", { text }))) return;
    byId("answer-text").value = "";
    byId("answer-open").click();
  });
  byId("token-form").addEventListener("submit", () => {
    App.token = byId("token-text").value.trim();
    sessionStorage.setItem("paybench-token", App.token);
    setTimeout(() => { App.refreshList(); App.refresh(); });
  });
  const tabs = [...document.querySelectorAll("[role=tab]")];
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => App.view(tab.dataset.view));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(place + step + tabs.length) % tabs.length];
      App.view(next.dataset.view);
      next.focus();
    });
  });
  App.view("list");
  App.open(new URLSearchParams(location.search).get("customer"));
  App.refreshList();
  setInterval(App.refresh, EVERY);
  setInterval(App.refreshList, LIST_EVERY);
}

begin();
