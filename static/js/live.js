// A page that is open asks now and then whether it is still as it was, and says once that it has changed. It changes
// nothing by itself: what is typed, where one reads and what has the focus stay. Without this script it stays as it came.

const LONGEST = 300; // seconds between two tries while nothing answers

const line = document.querySelector("[data-live]");
const every = Number(line.dataset.liveEvery);
const here = location.pathname + location.search;
let pause = every;
let timer = 0;
let isOver = false; // told, logged out, or no longer to be seen

function later() {
  clearTimeout(timer);
  if (isOver || document.visibilityState === "hidden") return;
  timer = setTimeout(ask, 1000 * pause * (0.9 + 0.2 * Math.random())); // not all pages at one moment
}

async function ask() {
  clearTimeout(timer);
  const headers = { "X-Seen": line.dataset.live };
  const answer = await fetch(here, { headers, redirect: "manual", cache: "no-store" }).catch(() => null);
  const status = answer?.status ?? 0;
  if (isOver) return;
  if (status === 200) tell();
  isOver = status === 200 || answer?.type === "opaqueredirect" || (status >= 400 && status < 500 && status !== 429);
  pause = status === 204 ? every : Math.min(2 * pause, LONGEST);
  later();
}

function tell() {
  line.append(line.querySelector("template").content.cloneNode(true));
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && !isOver) ask();
  else clearTimeout(timer);
});
later();
