"use strict";
// All open invoices as a table that is searched, sorted and opened here. Only the rows in view are elements of the
// page, so that fifty thousand of them are as quick as fifty. Whatever the book says becomes text, never markup.

const data = JSON.parse(document.getElementById("data").textContent);
const { words, rows, customers, names, days } = data;
const total = rows.invoice.length;
const SYMBOLS = ["\u25b2", "\u25c6", "\u25cb"];
const KINDS = ["high", "medium", "low"];
const BEYOND = 8; // rows drawn above and below what is seen
const OPEN_ENDED = 1e9;

const find = (id) => document.getElementById(id);
const box = find("box"), grid = find("grid"), body = find("rows");
const controls = { search: find("search"), customer: find("customer"), risk: find("risk"), due: find("due"),
  currency: find("currency"), remark: find("remark"), ...(find("state") && { state: find("state") }) };

const haystacks = customers.map((id, k) => `${id}\n${names[k]}`.toLowerCase());
let order = Array.from({ length: total }, (_, i) => i); // rows that are shown, by number, in their order
let sorted = { key: "", down: false };
let current = 0; // place in the order of the row that the keyboard is at
let opened = -1; // place of the row that is open, -1 if none is
let height = 48, extra = 0; // of a row, and of the opened one's details
const drawn = new Map(); // place -> element

// ---------------------------------------------------------------- words

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function grouped(whole) {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, data.group);
}

function money(units, currency) {
  const places = data.places[currency], scale = 10 ** places;
  const rest = places ? data.decimal + String(units % scale).padStart(places, "0") : "";
  return grouped(Math.floor(units / scale)) + rest;
}

const date = (place) => data.dates[place];
const overdue = (i) => -days[rows.due[i]];

function when(i) {
  const late = overdue(i), n = grouped(Math.abs(late));
  if (late === 0) return words.today;
  if (late > 0) return late === 1 ? words.overdue1 : fill(words.overdue, { n });
  return late === -1 ? words.in1 : fill(words.in, { n });
}

function delay(i) {
  const late = rows.delay[i], n = grouped(Math.abs(late));
  if (late === 0) return words.delay0;
  if (late > 0) return late === 1 ? words.late1 : fill(words.lates, { n });
  return late === -1 ? words.early1 : fill(words.earlies, { n });
}

function range(i) {
  if (rows.low[i] < 0) return words.no_date;
  if (rows.high[i] < 0) return fill(words.open_end, { first: date(rows.low[i]) });
  return `${date(rows.low[i])} \u2013 ${date(rows.high[i])}`;
}

function band(i) {
  const values = { low: date(rows.low[i]), mid: date(rows.mid[i]), high: date(rows.high[i]) };
  if (rows.low[i] < 0) return words.band_none;
  if (rows.high[i] >= 0) return fill(words.band_said, values);
  return fill(words.band_open, values) + (rows.mid[i] >= 0 ? ` ${fill(words.band_mid, values)}` : "");
}

function remarks(i) {
  return data.remarks.filter((_, bit) => rows.remarks[i] & (1 << bit));
}

// ---------------------------------------------------------------- elements

function make(name, kind, text) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  return element;
}

function cell(kind, first, second, isolated) {
  const element = make("div", kind);
  element.setAttribute("role", "gridcell");
  element.append(make(isolated ? "bdi" : "span", "first", first));
  if (second) element.append(make(isolated ? "bdi" : "span", "small", second));
  return element;
}

function rowAt(place) {
  const i = order[place], c = rows.customer[i], told = remarks(i);
  const element = make("div", "row item");
  element.setAttribute("role", "row");
  element.setAttribute("aria-level", "1");
  element.setAttribute("aria-rowindex", place + 2);
  element.dataset.place = place;
  const risk = cell("c-risk", `${SYMBOLS[rows.risk[i]]}\u00a0${data.risks[rows.risk[i]]}`);
  risk.firstChild.classList.add("risk", KINDS[rows.risk[i]]);
  element.append(
    cell("c-customer", names[c] || customers[c], names[c] && customers[c], true),
    cell("c-invoice", rows.invoice[i], told.join(", "), true),
    cell("c-amount num", `${data.currencies[rows.currency[i]]}\u00a0${money(rows.amount[i], rows.currency[i])}`),
    cell("c-due", date(rows.due[i]), when(i)),
    risk,
    cell("c-late", data.percents[rows.late[i]], delay(i)),
    cell("c-mid", rows.mid[i] < 0 ? words.no_year : date(rows.mid[i]), range(i)),
  );
  return element;
}

function details(place) {
  const i = order[place], c = rows.customer[i];
  const element = make("div", "row details"), inside = make("div", "inside");
  element.setAttribute("role", "row");
  element.setAttribute("aria-level", "2");
  inside.setAttribute("role", "gridcell");
  const list = make("ol");
  for (const [rank, column] of rows.reasons.entries()) {
    if (column[i] < 0) continue;
    const points = data.points[rows.moved[rank][i]];
    list.append(make("li", "", data.sentences[column[i]] + (points ? `: ${points}` : "")));
  }
  const why = make("div"), at = make("div");
  why.append(make("h3", "", words.reasons), list.childElementCount ? list : make("p", "", words.no_reasons));
  if (rows.said[i] >= 0) why.append(make("h3", "", words.sent), make("p", "", data.said[rows.said[i]]));
  at.append(make("h3", "", words.band), make("p", "", band(i)));
  if (rows.low[i] >= 0) at.append(strip(i), make("p", "small", words.band_key));
  const told = remarks(i);
  if (told.length) at.append(make("p", "", `${words.remarks}: ${told.join(", ")}`));
  const only = make("button", "", words.only);
  only.type = "button";
  only.addEventListener("click", () => show({ customer: customers[c] }));
  at.append(only);
  inside.append(why, at);
  element.append(inside);
  return element;
}

// The pay-date band on a line from the earliest to the latest of its days; in words it is beside, so it is hidden.
function strip(i) {
  const known = (place) => (place < 0 ? OPEN_ENDED : days[place]);
  const low = known(rows.low[i]), mid = known(rows.mid[i]), high = known(rows.high[i]), due = days[rows.due[i]];
  const ends = [0, due, low, mid, high].filter((day) => day < OPEN_ENDED);
  const first = Math.min(...ends), last = Math.max(...ends) + (high < OPEN_ENDED ? 0 : 30);
  const where = (day) => `${(100 * (Math.min(day, last) - first)) / Math.max(last - first, 1)}%`;
  const element = make("div", "strip"), filled = make("span", high < OPEN_ENDED ? "band" : "band endless");
  element.setAttribute("aria-hidden", "true");
  filled.style.left = where(low);
  filled.style.right = `calc(100% - ${where(high)})`;
  element.append(filled);
  const marks = [["today", 0, words.today_mark], ["due", due, words.due], ["mid", mid, ""]];
  for (const [kind, day, word] of marks) {
    if (day === OPEN_ENDED) continue;
    const mark = make("span", `mark ${kind}`, word);
    mark.style.left = where(day);
    if (word && first < last && (day - first) / (last - first) > 0.8) mark.classList.add("end");
    element.append(mark);
  }
  return element;
}

// ---------------------------------------------------------------- drawing

function topOf(place) {
  return place * height + (opened >= 0 && place > opened ? extra : 0);
}

function draw() {
  const from = box.scrollTop - body.offsetTop, to = from + box.clientHeight;
  const behind = opened >= 0 && from > topOf(opened + 1) - height ? extra : 0;
  const first = Math.max(Math.floor((from - behind) / height) - BEYOND, 0);
  const last = Math.min(Math.ceil(to / height) + BEYOND, order.length - 1);
  const wanted = new Set();
  for (let place = first; place <= last; place++) wanted.add(place);
  if (order.length) wanted.add(current); // what has the focus stays
  if (opened >= 0) wanted.add(opened);
  for (const [place, element] of drawn) {
    if (!wanted.has(place)) { element.remove(); element.more?.remove(); drawn.delete(place); }
  }
  let before = null;
  for (const place of [...wanted].sort((a, b) => a - b)) {
    if (!drawn.has(place)) {
      const element = rowAt(place);
      drawn.set(place, element);
      if (before) before.after(element); else body.prepend(element);
    }
    const element = drawn.get(place);
    const open = place === opened;
    if (open && !element.more) { element.more = details(place); element.after(element.more); }
    if (!open && element.more) { element.more.remove(); element.more = null; }
    element.setAttribute("aria-expanded", open);
    element.tabIndex = place === current ? 0 : -1;
    element.style.top = `${topOf(place)}px`;
    if (open) { element.more.style.top = `${topOf(place) + height}px`; extra = element.more.offsetHeight; }
    before = element.more || element;
  }
  body.style.height = `${topOf(order.length)}px`;
}

function redraw() {
  body.replaceChildren();
  drawn.clear();
  extra = 0;
  draw();
  const row = body.querySelector(".item");
  if (row && row.offsetHeight !== height) { height = row.offsetHeight; draw(); }
  if (opened >= 0) draw(); // once more, now that the height of the details is known
}

// ---------------------------------------------------------------- sorting and filtering

const byText = new Intl.Collator(document.documentElement.lang, { numeric: true });
const ranks = {};

function ranked(key, texts) {
  if (!ranks[key]) {
    const place = texts.map((_, k) => k).sort((a, b) => byText.compare(texts[a], texts[b]));
    ranks[key] = new Int32Array(texts.length);
    place.forEach((k, rank) => { ranks[key][k] = rank; });
  }
  return ranks[key];
}

// The number by which a row is sorted. Amounts stay with their currency; a day that never comes is the last.
function sortable(key) {
  if (key === "customer") { const rank = ranked(key, customers.map((id, k) => names[k] || id)); return (i) => rank[rows.customer[i]]; }
  if (key === "invoice") { const rank = ranked(key, rows.invoice); return (i) => rank[i]; }
  if (key === "mid") return (i) => (rows.mid[i] < 0 ? OPEN_ENDED : rows.mid[i]);
  if (key === "risk") return (i) => -rows.risk[i];
  return (i) => rows[key][i];
}

function arrange(found) {
  if (!sorted.key) return found;
  const value = sortable(sorted.key), way = sorted.down ? -1 : 1;
  const values = new Float64Array(total);
  for (const i of found) values[i] = value(i);
  const apart = sorted.key === "amount" ? (a, b) => rows.currency[a] - rows.currency[b] : () => 0;
  return found.sort((a, b) => apart(a, b) || way * (values[a] - values[b]) || a - b);
}

function wanted() {
  const asked = controls.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const typed = controls.customer.value.trim().toLowerCase();
  const exact = customers.findIndex((id) => id.toLowerCase() === typed);
  const chosen = {};
  for (const name of ["risk", "due", "currency", "remark", "state"]) chosen[name] = controls[name]?.value ? Number(controls[name].value) : -1;
  const [low, high] = chosen.due < 0 ? [null, null] : data.buckets[chosen.due];
  const found = [];
  for (let i = 0; i < total; i++) {
    const c = rows.customer[i];
    if (chosen.risk >= 0 && rows.risk[i] !== chosen.risk) continue;
    if (chosen.currency >= 0 && rows.currency[i] !== chosen.currency) continue;
    if (chosen.state >= 0 && rows.state[i] !== chosen.state) continue;
    if (chosen.remark >= 0 && !(rows.remarks[i] & (1 << chosen.remark))) continue;
    if (low !== null && overdue(i) < low) continue;
    if (high !== null && overdue(i) > high) continue;
    if (typed && (exact >= 0 ? c !== exact : !haystacks[c].includes(typed))) continue;
    if (asked.length && !asked.every((word) => haystacks[c].includes(word) || rows.invoice[i].toLowerCase().includes(word))) continue;
    found.push(i);
  }
  return found;
}

function update() {
  order = arrange(wanted());
  current = 0;
  opened = -1;
  box.scrollTop = 0;
  grid.setAttribute("aria-rowcount", order.length + 1);
  for (const header of grid.querySelectorAll("[role=columnheader]")) {
    const own = header.firstElementChild.dataset.sort === sorted.key;
    header.setAttribute("aria-sort", own ? (sorted.down ? "descending" : "ascending") : "none");
  }
  const sums = data.currencies.map(() => 0);
  for (const i of order) sums[rows.currency[i]] += rows.amount[i];
  const amounts = sums.map((units, k) => units && `${data.currencies[k]}\u00a0${money(units, k)}`).filter(Boolean);
  const counted = fill(words.found, { shown: grouped(order.length), all: grouped(total) });
  find("found").textContent = order.length ? `${counted}: ${amounts.join(", ")}` : words.none;
  redraw();
}

// Set the filters to these and no others, and go to the table.
function show(filters) {
  for (const [name, control] of Object.entries(controls)) control.value = filters[name] ?? "";
  update();
  find("all").scrollIntoView();
  drawn.get(0)?.focus({ preventScroll: true });
}

// ---------------------------------------------------------------- keyboard and mouse

function toggle(place, open = opened !== place) {
  opened = open ? place : opened === place ? -1 : opened;
  current = place;
  extra = 0;
  draw();
  draw(); // once more, now that the height of the details is known
  reveal();
}

function move(place) {
  current = Math.min(Math.max(place, 0), order.length - 1);
  reveal();
  draw();
  drawn.get(current)?.focus({ preventScroll: true });
}

function reveal() {
  const head = body.offsetTop > 0 && getComputedStyle(grid.firstElementChild).position === "sticky" ? body.offsetTop : 0;
  const begin = topOf(current) + body.offsetTop, end = begin + height + (current === opened ? extra : 0);
  if (end > box.scrollTop + box.clientHeight) box.scrollTop = end - box.clientHeight;
  if (begin - head < box.scrollTop) box.scrollTop = begin - head;
}

body.addEventListener("keydown", (event) => {
  if (event.target.closest("button")) return;
  const page = Math.max(Math.floor(box.clientHeight / height) - 2, 1);
  const keys = {
    ArrowDown: () => move(current + 1), ArrowUp: () => move(current - 1),
    PageDown: () => move(current + page), PageUp: () => move(current - page),
    Home: () => move(0), End: () => move(order.length - 1),
    Enter: () => toggle(current), " ": () => toggle(current),
    ArrowRight: () => toggle(current, true), ArrowLeft: () => toggle(current, false), Escape: () => toggle(current, false),
  };
  if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  keys[event.key]();
});

body.addEventListener("click", (event) => {
  const row = event.target.closest(".item");
  if (!row || String(getSelection())) return;
  toggle(Number(row.dataset.place));
  row.focus({ preventScroll: true });
});

for (const control of Object.values(controls)) control.addEventListener("input", update);
find("reset").addEventListener("click", () => { sorted = { key: "", down: false }; for (const control of Object.values(controls)) control.value = ""; update(); });
for (const button of grid.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => {
    const key = button.dataset.sort, worst = key === "amount" || key === "risk" || key === "late";
    sorted = sorted.key === key ? { key, down: !sorted.down } : { key, down: worst };
    update();
  });
}
for (const button of document.querySelectorAll("button.show")) {
  button.hidden = false;
  button.addEventListener("click", () => show({ ...button.dataset }));
}
controls.customer.addEventListener("focus", () => { // thousands of choices are made when they are first needed
  const choices = customers.map((id, k) => { const choice = make("option"); choice.value = id; if (names[k]) choice.label = names[k]; return choice; });
  find("customers").replaceChildren(...choices);
}, { once: true });

let asked = 0;
box.addEventListener("scroll", () => { cancelAnimationFrame(asked); asked = requestAnimationFrame(draw); }, { passive: true });
addEventListener("resize", redraw);

find("tool").hidden = false;
update();
performance.mark("table drawn");
requestAnimationFrame(() => setTimeout(() => performance.mark("table shown"), 0));
