"use strict";
// What every part of the page needs: texts, numbers, days, and elements that hold text and never markup.
const DATA = JSON.parse(document.getElementById("data").textContent);
const LOCALE = [...navigator.languages, DATA.lang].find((code) => code.slice(0, 2) === DATA.lang);

function t(sentence, values = {}) {
  const text = DATA.lang === "en" ? sentence : DATA.sentences[sentence] ?? sentence;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function el(tag, { on = {}, ...more } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(more)) {
    if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, heard] of Object.entries(on)) made.addEventListener(name, heard);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const byId = (name) => document.getElementById(name);

function money(amount, currency) {
  if (!currency) return number(amount);
  try {
    return new Intl.NumberFormat(LOCALE, { style: "currency", currency, currencyDisplay: "code" }).format(amount);
  } catch {
    return `${number(amount)} ${currency}`;
  }
}

function number(amount) {
  return new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(amount);
}

const percent = (share) => new Intl.NumberFormat(LOCALE, { style: "percent" }).format(share);

function dayOf(text, year = true) {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text ?? "")) return "";
  const shape = { day: "numeric", month: "short", timeZone: "UTC", ...(year ? { year: "numeric" } : {}) };
  return new Intl.DateTimeFormat(LOCALE, shape).format(new Date(`${text.slice(0, 10)}T00:00:00Z`));
}

// An instant as it stands on the clock of the ledger's zone.
const clockOf = (at) => at.slice(11, 16);

const quoted = (text) => (DATA.lang === "de" ? `„${text}“` : `“${text}”`);

function overdue(days) {
  if (days > 0) return days === 1 ? t("1 day overdue") : t("{n} days overdue", { n: days });
  return days === 0 ? t("due today") : "";
}

// Text in which some quoted words are marked; the first longest quote wins where two overlap.
function marked(text, quotes) {
  const low = text.toLowerCase(), spans = [];
  for (const { quote, kind } of [...quotes].sort((a, b) => b.quote.length - a.quote.length)) {
    const from = quote ? low.indexOf(quote.toLowerCase()) : -1;
    if (from < 0 || low.length !== text.length) continue;
    const to = from + quote.length;
    if (!spans.some((span) => span.from < to && from < span.to)) spans.push({ from, to, kind });
  }
  spans.sort((a, b) => a.from - b.from);
  const parts = [];
  let place = 0;
  for (const { from, to, kind } of spans) {
    parts.push(text.slice(place, from), el("mark", { class: kind }, text.slice(from, to)));
    place = to;
  }
  return [...parts, text.slice(place)];
}

// A web address that may be opened: nothing but a page.
function pageAt(url) {
  try {
    const found = new URL(url);
    return found.protocol === "https:" || found.hostname === location.hostname ? found.href : "";
  } catch {
    return "";
  }
}
