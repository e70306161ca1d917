// Single keys in a table of applicants: they act only while the focus is in it, and each person can switch them off.

const ACTS = { s: "be put on the short-list", o: "get an offer", d: "be declined" };
const table = document.querySelector("[data-keys]");
const said = document.querySelector("[data-keys-said]");
const rows = [...table.querySelectorAll("[data-row]")];

const say = (text) => {
  said.textContent = said.textContent === text ? `${text}\u00a0` : text; // the same words are read again
};
const rowOf = (element) => element.closest("[data-row]");

function move(row, step) {
  const at = rows.indexOf(row);
  const next = rows[at === -1 ? 0 : at + step];
  if (!next) return say(step > 0 ? "This is the last applicant on this page." : "This is the first applicant on this page.");
  next.querySelector("[data-row-link]").focus();
  say(`${next.dataset.row}, ${rows.indexOf(next) + 1} of ${rows.length} on this page`);
}

function act(row, key) {
  const found = row.querySelector(`[data-key="${key}"]`);
  if (!found) return say(`${row.dataset.row} cannot ${ACTS[key]} now.`);
  if (found.matches("form")) found.requestSubmit();
  else found.click();
}

function unfold(row) {
  const answers = row.querySelector("details");
  answers.open = !answers.open;
  say(`The answers of ${row.dataset.row} are ${answers.open ? "open" : "folded"}.`);
}

function mark(row) {
  const box = row.querySelector("[data-mark]");
  if (!box) return say(`${row.dataset.row} cannot be marked now.`);
  box.checked = !box.checked;
  const count = table.querySelectorAll("[data-mark]:checked").length;
  say(`${row.dataset.row} is ${box.checked ? "marked" : "no longer marked"}, ${count} in all.`);
}

table.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
  const row = rowOf(event.target);
  if (event.key === "j" || event.key === "k") move(row, event.key === "j" ? 1 : -1);
  else if (event.key === "?") document.getElementById("keys").showModal();
  else if (row && event.key in ACTS) act(row, event.key);
  else if (row && event.key === "a") unfold(row);
  else if (row && event.key === "x") mark(row);
  else return;
  event.preventDefault();
});
