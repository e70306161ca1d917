// Everything the pages do in the browser, by event delegation. Each piece only adds comfort: without it the page still works.

const on = (type, selector, act) =>
  document.addEventListener(type, (event) => {
    const found = event.target.closest?.(selector);
    if (found) act(found, event);
  });
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Dialogs. Without this script a link to the dialog's id opens it by :target.

on("click", "[data-dialog]", (link, event) => {
  const dialog = document.getElementById(link.hash.slice(1));
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
});
on("click", "[data-dialog-close]", (link, event) => {
  const dialog = link.closest("dialog");
  if (!dialog.open) return;
  event.preventDefault();
  dialog.close();
});
on("click", "dialog[open]", (dialog, event) => {
  if (event.target === dialog) dialog.close(); // the backdrop
});

// Menus made of <details> close when one goes elsewhere.

document.addEventListener("click", (event) => {
  for (const menu of all("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of all("[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

// Messages. A screen reader tells what changes in a region that was there before, so there is one from the start.

on("click", "[data-dismiss]", (button) => {
  button.closest(".toast").remove();
  document.getElementById("main").focus({ preventScroll: true });
});

function announce(text) {
  const region = document.getElementById("announced");
  region.textContent = region.textContent === text ? `${text}\u00a0` : text; // the same words are read again
}

function say(text) {
  let region = document.querySelector(".toasts-floating");
  if (!region) {
    region = document.createElement("div");
    region.className = "toasts toasts-floating";
    region.setAttribute("aria-hidden", "true");
    document.body.append(region);
  }
  announce(text);
  const toast = document.createElement("div");
  toast.className = "toast tone-released";
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(words);
  region.replaceChildren(toast);
  setTimeout(() => toast.remove(), 6000);
}

on("click", "[data-copy]", async (button) => {
  await navigator.clipboard.writeText(button.dataset.copy);
  say(button.dataset.copied ?? "Copied");
});

// Live sums, in whole cents. The server shows the same figures and alone decides.

const cents = (text) => {
  const match = /^\s*(\d{1,7})(?:[.,](\d{1,2}))?\s*$/.exec(text ?? "");
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
};
const written = (amount, symbol) =>
  `${symbol}${Math.floor(amount / 100).toLocaleString("en")}.${String(amount % 100).padStart(2, "0")}`;

function sum(box) {
  const { fee: feeAt, hours: hoursAt, seats: seatsAt, percent, minimum, symbol = "" } = box.dataset;
  const value = (selector) => (selector ? document.querySelector(selector)?.value : undefined);
  const fee = cents(value(feeAt));
  const hours = Number(value(hoursAt));
  const seats = Number(value(seatsAt)) || 1;
  const figures = {};
  if (fee) {
    const platform = Math.max(Math.floor((fee * Number(percent) + 50) / 100), Number(minimum));
    figures.fee = fee;
    figures.platform = platform;
    figures.total = fee + platform;
    figures.all = (fee + platform) * seats;
    if (Number.isInteger(hours) && hours > 0) figures.hour = Math.floor(fee / hours);
  }
  for (const output of all("[data-sum]", box)) {
    const amount = figures[output.dataset.sum];
    output.value = amount === undefined ? "–" : written(amount, symbol);
  }
}

let telling = 0; // the sum is told once the typing has paused, and not with every key
function tell(box) {
  clearTimeout(telling);
  telling = setTimeout(() => announce(box.querySelector(".sum-total").innerText.replace(/\s+/g, " ")), 1200);
}

document.addEventListener("input", (event) => {
  for (const box of all("[data-live-sum]")) {
    if (![box.dataset.fee, box.dataset.hours, box.dataset.seats].some((at) => at && event.target.matches(at))) continue;
    sum(box);
    tell(box);
  }
  const counter = event.target.id && document.querySelector(`[data-count-of="${CSS.escape(event.target.id)}"]`);
  if (counter) count(counter);
});

function count(counter) {
  const box = document.getElementById(counter.dataset.countOf);
  if (!box || box.maxLength < 0) return;
  counter.hidden = false;
  counter.textContent = `${box.value.length} of ${box.maxLength} characters`;
}

// Forms: send once, and ask before typed work is lost.

const changed = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) changed.add(form);
});
document.addEventListener("saved", (event) => changed.delete(event.target)); // a draft that saves itself
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  changed.delete(form);
  if (!form.matches("[data-submit-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes"; // reached only when the browser found the form valid
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return; // only a page that came back from the browser's cache
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
  for (const button of all("button[aria-busy]")) button.removeAttribute("aria-busy");
});

// Files: what was chosen, before it is sent.

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
on("change", "[data-files] input[type=file]", (input) => {
  const list = input.closest("[data-files]").querySelector("ul");
  list.replaceChildren(
    ...[...input.files].map((file) => {
      const row = document.createElement("li");
      for (const text of [file.name, size(file.size)]) row.append(Object.assign(document.createElement("span"), { textContent: text }));
      return row;
    }),
  );
  list.hidden = !input.files.length;
});

// Relative times stay true while a page is open. The same words as the `timeleft` filter.

function ago(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const length = Math.abs(seconds);
  const units = [[86400, "day", 172800], [3600, "hour", 3600], [60, "minute", 60]];
  const [unit, name] = units.find(([, , least]) => length >= least) ?? [];
  const number = Math.floor(length / unit);
  const span = unit ? `${number} ${name}${number === 1 ? "" : "s"}` : "less than a minute";
  return seconds > 0 ? `in ${span}` : `${span} ago`;
}
function refresh() {
  for (const time of all("time[data-relative]")) {
    const text = ago(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}
setInterval(refresh, 30_000);

// A page that waits for an answer looks again by itself, without being loaded anew until there is one.

const WAIT = 5000;

async function lookAgain(waiting) {
  const answer = await fetch(waiting.dataset.lookAgain).catch(() => null);
  if (answer?.redirected) return location.assign(answer.url);
  const later = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-look-again]");
  if (later) waiting.dataset.lookAgain = later.dataset.lookAgain;
  if (later || !answer?.ok) setTimeout(lookAgain, WAIT, waiting);
  else location.assign(waiting.dataset.lookAgain);
}
for (const waiting of all("[data-look-again]")) setTimeout(lookAgain, WAIT, waiting);

// A page, or a piece of one, has arrived. The browser itself may find the place of its address only later.

const hash = location.hash.slice(1);
const place = hash && hash !== "main" ? document.getElementById(hash) : null;

function greet(root) {
  for (const button of all("[data-dismiss]", root)) button.hidden = false;
  all("[data-live-sum]", root).forEach(sum);
  all("[data-count-of]", root).forEach(count);
  if (!place) root.querySelector("[data-focus]")?.focus();
}
greet(document);
document.addEventListener("htmx:load", (event) => {
  greet(event.target);
  const told = event.target.dataset.announce;
  if (told) announce(told);
});

// Whoever is led to a place on the page goes on from there, and still sees and hears what came of their act.

const WAKES = 300; // ms: a screen reader that has just come to the page misses what changes at once

function repeat(messages) {
  const told = all(".toast p", messages).map((words) => words.textContent).join(" ");
  if (messages.getBoundingClientRect().bottom > 0) announce(told);
  else say(told);
}
if (place)
  for (const messages of all("#toasts[data-focus]")) setTimeout(repeat, WAKES, messages);
