// The wallboard: keeps its times going, and turns grey while nothing is heard from the server.
const board = document.querySelector("[data-board]");
// The clock of the server, as far as this computer's clock is off.
const ahead = board ? Number(board.dataset.board) - Date.now() : 0;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium", timeZone: "Europe/Berlin" });

function spell(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return `${hours ? `${hours}:${String(minutes).padStart(2, "0")}` : minutes}:${String(whole % 60).padStart(2, "0")}`;
}

function tick() {
  const now = (Date.now() + ahead) / 1000;
  // What is old must not look as if it went on.
  if (board.classList.contains("board--stale")) return;
  for (const place of board.querySelectorAll("[data-since]")) place.textContent = spell(now - Number(place.dataset.since));
  for (const place of board.querySelectorAll("[data-clock]")) {
    place.textContent = clock.format(new Date(Number(place.dataset.clock) * 1000));
  }
}

function watchConnection() {
  const state = board.querySelector("[data-live-state]");
  const look = () => board.classList.toggle("board--stale", state.textContent === state.dataset.liveLost);
  new MutationObserver(look).observe(state, { childList: true, characterData: true, subtree: true });
}

// What somebody has opened stays open when its part is exchanged.
const opened = new Set();

function noteOpen({ target }) {
  if (!target.matches("details[id]")) return;
  if (target.open) opened.add(target.id);
  else opened.delete(target.id);
}

function refresh() {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  tick();
}

if (board) {
  watchConnection();
  document.addEventListener("htmx:after:swap", refresh);
  board.addEventListener("toggle", noteOpen, true);
  setInterval(tick, 1000);
  tick();
}
