// Drafts save themselves: a while after the last key, the form goes to its own address and the page says when.
// Without this script the button of the form does the same.

const PAUSE = 1500; // ms without a key
const LONGEST = 10_000; // ms of typing without a pause
const RETRY = 10_000;

const form = document.querySelector("form[data-autosave]");
const status = document.querySelector("[data-autosave-status]");
const conflict = document.querySelector("[data-autosave-conflict]");
let since = 0; // when the first key was struck that is not saved yet
let timer = 0;
let saving = null;

const say = (text, trouble = false) => {
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("tone-trouble", trouble);
};

function later() {
  since ||= Date.now();
  clearTimeout(timer);
  timer = setTimeout(save, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
}

function save() {
  clearTimeout(timer);
  if (saving || !since || !conflict.hidden) return saving; // what is typed meanwhile follows when this one is back
  since = 0;
  saving = send()
    .catch(() => again("Not saved: no connection. What you typed is here, and is tried again."))
    .then((kept) => {
      if (!kept) since ||= Date.now();
      saving = null;
      if (kept && since) later();
      else if (kept) form.dispatchEvent(new CustomEvent("saved", { bubbles: true }));
    });
  return saving;
}

function again(text) {
  say(text, true);
  timer = setTimeout(save, RETRY);
  return false;
}

async function send() {
  const body = new FormData(form);
  body.set("by_itself", "1");
  const keepalive = document.visibilityState === "hidden"; // outlives the page, but takes 64 KB at most
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive });
  if (answer.type === "opaqueredirect") return again("Not saved: you were logged out. Log in in another tab; what you typed stays here.");
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
    return again("Not saved: the site did not take it. What you typed is here, and is tried again.");
  }
  const said = await answer.json();
  if (said.newer) return ask(said.newer);
  if (said.problem) {
    say(said.problem, true);
    return false;
  }
  form.elements.version.value = said.version;
  say(said.saved);
  return true;
}

// Another tab or a colleague saved in between: nothing more is sent until one has decided.
function ask(newer) {
  conflict.hidden = false;
  conflict.querySelector("button").value = newer;
  conflict.querySelector("button").focus();
  say("Not saved: somebody saved this project in between.", true);
  return false;
}

if (form) {
  form.addEventListener("input", later);
  conflict.querySelector("button").addEventListener("click", (event) => {
    form.elements.version.value = event.target.value;
    conflict.hidden = true;
    save();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  // A click on a button must not overtake a save that is on its way: it would look like somebody else's.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form) return;
      clearTimeout(timer);
      since = 0; // the form itself brings all of it
      if (!saving) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      saving.then(() => form.requestSubmit(event.submitter));
    },
    { capture: true },
  );
}
