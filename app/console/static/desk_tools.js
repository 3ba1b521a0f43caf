// The tool beside the call: opens it, keeps it over a reload, and lets it follow the call.
//
// What is open is kept in the tab's own storage and not in the page's address: what was searched for a caller would
// stand in the browser's history and in the servers' logs. It goes with the call and with the tab.
import { isTyping } from "./desk_offer.js";

const KEPT = "desk-tool";
const FIRST = "knowledge";
const BELOW = "/line/tool/";
const FIELDS = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, textarea";
let call = null;
let wanted = "";
let open = "";
let latest = null;
// Whoever presses a tool's key types on at once: what comes before the field is there waits for it, and is no key.
const LONGEST_WAIT = 15_000;
let awaitedUntil = 0;
let typed = "";

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
}

function keep(address) {
  sessionStorage.setItem(KEPT, JSON.stringify({ call, address }));
}

function body() {
  return document.getElementById("tool-body");
}

function toolOf(address) {
  return address.startsWith(BELOW) ? address.slice(BELOW.length).split(/[/?#]/)[0] : "";
}

function mark(page) {
  for (const link of page.querySelectorAll("[data-tool-link]")) {
    if (link.dataset.toolLink === open) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function load(address) {
  globalThis.htmx.ajax("GET", address, { target: "#tool-body", swap: "innerHTML" });
}

function focusField(page) {
  const deed = page.querySelector(`[data-tool-link="${CSS.escape(open)}"]`)?.dataset.deed ?? "";
  const place = body();
  const own = deed ? place.querySelector(`[data-deed="${CSS.escape(deed)}"]`) : null;
  const field = own ?? place.querySelector("[autofocus]") ?? place.querySelector(FIELDS) ?? place;
  field.focus();
  if (field.matches("input")) field.select();
  // While the knowledge is still being read, the tool comes by itself in a moment.
  if (place.querySelector(".waiting")) {
    awaitedUntil = Date.now() + LONGEST_WAIT;
    return;
  }
  awaitedUntil = 0;
  if (typed && field.matches("input")) {
    field.value = typed;
    // By then the new field's own listeners are there.
    setTimeout(() => field.dispatchEvent(new Event("input", { bubbles: true })));
  }
  typed = "";
}

export function waitsForField() {
  return Date.now() < awaitedUntil;
}

function stopWaiting() {
  awaitedUntil = 0;
  typed = "";
}

// Whether the key was kept for the field that is about to come; Escape lets go of it.
export function typeAhead(key) {
  if (key === "Escape") stopWaiting();
  else if (key === "Backspace") typed = typed.slice(0, -1);
  else if (key.length === 1) typed += key;
  else return false;
  return true;
}

export function goToTool(page, link) {
  awaitedUntil = Date.now() + LONGEST_WAIT;
  typed = "";
  if (link.dataset.toolLink === open && body().childElementCount) focusField(page);
  else {
    wanted = link.dataset.toolLink;
    link.click();
  }
}

// The address that the desk asks for, as it is sent: a tool draws the same again from it.
function noteRequest(page, event) {
  const { request, target, sourceElement } = event.detail?.ctx ?? {};
  const action = String(request?.action ?? "");
  const address = action.startsWith(location.origin) ? action.slice(location.origin.length) : action;
  // What a tool asks for by itself does not come back over the one that was chosen since.
  const isOld = sourceElement && sourceElement !== body() && !document.contains(sourceElement);
  if (isOld || (wanted && wanted !== toolOf(address) && sourceElement?.closest("#tool-body"))) {
    event.preventDefault();
    return;
  }
  if (target === body()) latest = event.detail.ctx;
  if (!toolOf(address) || String(request?.method ?? "").toUpperCase() !== "GET") return;
  open = toolOf(address);
  keep(address);
  mark(page);
}

// What was asked for before is not shown any more. A page about a fault is no tool; a form with faults (422) is one.
function refuse(page, event) {
  const { target, response } = event.detail?.ctx ?? {};
  if (target !== body() || !response) return;
  if (event.detail.ctx !== latest) event.preventDefault();
  if (event.defaultPrevented || response.status < 400 || response.status === 422) return;
  event.preventDefault();
  wanted = "";
  stopWaiting();
  const words = document.createElement("p");
  words.className = "kern-body";
  words.setAttribute("role", "status");
  words.textContent = page.dataset.failed;
  body().replaceChildren(words);
}

function settle(page) {
  if (!body().childElementCount || (wanted ? wanted !== open : !waitsForField())) return;
  wanted = "";
  focusField(page);
}

export function openFirstTool(page) {
  const kept = read();
  call = page.querySelector("#line-own")?.dataset.call ?? "";
  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-tool-link]");
    if (link) wanted = link.dataset.toolLink;
  });
  document.addEventListener("htmx:before:request", (event) => noteRequest(page, event));
  document.addEventListener("htmx:before:response", (event) => refuse(page, event));
  document.addEventListener("htmx:error", () => {
    wanted = "";
    stopWaiting();
  });
  document.addEventListener("htmx:after:settle", () => settle(page));
  load(kept.call === call && toolOf(kept.address ?? "") ? kept.address : BELOW + FIRST);
}

function isBusy() {
  const place = body();
  if (isTyping() && place.contains(document.activeElement)) return true;
  return [...place.querySelectorAll("input[type=text], input[type=search], input:not([type]), textarea")].some((field) => field.value);
}

export function followCall(page) {
  const now = page.querySelector("#line-own")?.dataset.call ?? "";
  if (call === null || now === call) return;
  call = now;
  if (now) {
    if (!isBusy()) globalThis.htmx.trigger(body(), "call-changed");
    return;
  }
  sessionStorage.removeItem(KEPT);
  if (!(isTyping() && body().contains(document.activeElement))) load(BELOW + FIRST);
}
