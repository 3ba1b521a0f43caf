// The agents' desk: keeps times going, tells what changed, and sets its helpers to work after each change of the page.
import { label, listenToKeys } from "./desk_keys.js";
import { lead } from "./desk_offer.js";
import { followCall, openFirstTool } from "./desk_tools.js";
import { serverAhead } from "./live.js";
import { sendPending, showWrapUp } from "./desk_wrap_up.js";

const page = document.querySelector("[data-line]");
// The clock of the server, as far as this computer's clock is off.
const drawnAhead = page ? Number(page.dataset.line) - Date.now() : 0;
const SHOWN_MS = 10_000;
let told = "";
let unsaved = false;
let fading = 0;

function spell(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return `${hours ? `${hours}:${String(minutes).padStart(2, "0")}` : minutes}:${String(whole % 60).padStart(2, "0")}`;
}

function tick() {
  const now = (Date.now() + Math.max(drawnAhead, serverAhead())) / 1000;
  for (const place of page.querySelectorAll("[data-since]")) place.textContent = spell(now - Number(place.dataset.since));
  for (const place of page.querySelectorAll("[data-until]")) {
    place.textContent = String(Math.max(0, Math.ceil(Number(place.dataset.until) - now)));
  }
}

function tell() {
  const words = page.querySelector("[data-told]")?.dataset.told ?? "";
  if (words && words !== told) document.getElementById("announcements").textContent = words;
  told = words;
}

function refresh() {
  tick();
  tell();
  lead(page);
  followCall(page);
  showWrapUp(page);
  label(page);
}

// What was done needs no answer and goes by itself; a warning stays until the next deed.
function fade() {
  clearTimeout(fading);
  const alert = page.querySelector("#line-flash > .kern-alert");
  if (!alert || alert.matches(".kern-alert--warning, .kern-alert--danger")) return;
  fading = setTimeout(() => alert.remove(), SHOWN_MS);
}

// Only deeds of one's own call end here: a tool says itself what went wrong.
function fail(event) {
  if (event.target instanceof Element && event.target.closest(".line__own")) say(page.dataset.failed);
}

function say(words) {
  const place = page.querySelector("#line-flash");
  const text = document.createElement("p");
  text.className = "kern-alert kern-alert--warning";
  text.textContent = words;
  place.replaceChildren(text);
}

// What is typed is saved a moment later: the sign is of what was saved last.
function noteTyped(event) {
  if (event.target.id !== "note") return;
  unsaved = true;
  page.querySelector("#note-state")?.replaceChildren();
}

function noteSaved(event) {
  if (event.target instanceof Element && event.target.closest("#line-note")) unsaved = false;
}

// Whoever reloads the page in the midst of a word keeps it.
function saveNote() {
  const form = page.querySelector("form[data-note]");
  if (!unsaved || !form) return;
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
}

if (page) {
  listenToKeys(page);
  openFirstTool(page);
  refresh();
  setInterval(refresh, 1000);
  document.addEventListener("htmx:after:swap", () => {
    refresh();
    fade();
  });
  page.addEventListener("input", noteTyped);
  document.addEventListener("htmx:after:request", noteSaved);
  document.addEventListener("htmx:error", fail);
  document.addEventListener("htmx:response:error", fail);
  addEventListener("beforeunload", () => {
    saveNote();
    sendPending(page);
  });
}
