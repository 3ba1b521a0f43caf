// Keeps a page up to date by a stream of the server; while the stream is cut it asks by itself, and says so.
const LOST_MS = 3000;
const ASK_MS = 5000;
// The server sends a beat each 15 seconds.
const SILENT_MS = 40000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;
const FORBIDDEN = 403;
// Browsers open six connections to a host: with more streams than these, nothing else would get through.
const MOST_STREAMS = 4;

const page = document.querySelector("[data-live]");
const state = page?.querySelector("[data-live-state]");
const headers = { "HX-Request": "true" };
let source = null;
let wait = FIRST_WAIT_MS;
let lost = false;
let ahead = -Infinity;
let free = null;
let gone = false;
const timers = {};

// By how many milliseconds the server's clock is ahead of this computer's: what came quickest tells it best.
export function serverAhead() {
  return ahead;
}

function after(name, milliseconds, deed) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(deed, milliseconds);
}

function stop(name) {
  clearTimeout(timers[name]);
  delete timers[name];
}

// What the page shows is told by the marks of its parts: state, not history, so nothing is missed or told twice.
function address(path) {
  const marks = new URLSearchParams();
  for (const seen of page.querySelectorAll("[data-seen]")) marks.set(seen.name, seen.value);
  return marks.size ? `${path}?${marks}` : path;
}

function isShown(part) {
  const seen = part.querySelector("[data-seen]");
  return Boolean(seen) && page.querySelector(`[data-seen][name="${CSS.escape(seen.name)}"]`)?.value === seen.value;
}

function show(html) {
  const given = document.createElement("template");
  given.innerHTML = html;
  for (const part of given.content.querySelectorAll("hx-partial")) if (isShown(part)) part.remove();
  if (!given.content.querySelector("hx-partial")) return;
  globalThis.htmx.swap({ text: given.innerHTML, sourceElement: page, target: page, swap: "none" });
}

async function ask() {
  after("ask", ASK_MS, ask);
  try {
    const answer = await fetch(address(page.dataset.liveNow), { headers });
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) location.assign(elsewhere);
    else if (answer.status === FORBIDDEN) location.reload();
    else if (answer.status === 200) show(await answer.text());
  } catch {
    // Without an answer the next one is waited for.
  }
}

function tell() {
  lost = true;
  state.textContent = state.dataset.liveLost;
  if (page.dataset.liveNow) ask();
}

function come() {
  wait = FIRST_WAIT_MS;
  stop("tell");
  stop("ask");
  if (lost) {
    state.textContent = state.dataset.liveBack;
    after("quiet", ASK_MS, () => (state.textContent = ""));
  }
  lost = false;
  hear();
}

function hear() {
  after("silent", SILENT_MS, cut);
}

function cut() {
  source?.close();
  source = null;
  stop("silent");
  stop("quiet");
  if (!lost && !timers.tell) after("tell", LOST_MS, tell);
  // Not all come back in the same moment.
  after("connect", wait * (0.5 + Math.random()), connect);
  wait = Math.min(2 * wait, LONGEST_WAIT_MS);
}

// The streams of all pages of this browser share a few places; a place is free again when its page is gone.
function hold(name) {
  return new Promise((tell) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      tell(Boolean(lock));
      return lock ? new Promise((leaving) => (free = leaving)) : undefined;
    });
  });
}

async function hasPlace() {
  if (free || !navigator.locks) return true;
  for (let number = 0; number < MOST_STREAMS; number += 1) if (await hold(`live-${number}`)) return true;
  return false;
}

async function connect() {
  const may = await hasPlace();
  if (gone) return leave();
  if (may) listen();
  else {
    if (page.dataset.liveNow) ask();
    after("connect", ASK_MS, connect);
  }
}

function listen() {
  source = new EventSource(address(page.dataset.live));
  source.addEventListener("open", come);
  source.addEventListener("error", cut);
  source.addEventListener("message", (event) => {
    hear();
    show(event.data);
  });
  source.addEventListener("beat", (event) => {
    hear();
    ahead = Math.max(ahead, Number(event.data) - Date.now());
    if (page.dataset.liveHere) fetch(page.dataset.liveHere, { headers }).catch(() => {});
  });
  source.addEventListener("over", (event) => {
    leave();
    location.assign(event.data);
  });
}

function leave() {
  gone = true;
  source?.close();
  source = null;
  free?.();
  free = null;
  for (const name of Object.keys(timers)) stop(name);
}

if (page) {
  connect();
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    gone = false;
    connect();
  });
}
