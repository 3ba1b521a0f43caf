// Keeps the times of the waiting line going, takes or leaves an offered call by one key, and tells what changed.
const page = document.querySelector("[data-line]");
// The clock of the server, as far as this computer's clock is off.
const ahead = page ? Number(page.dataset.line) - Date.now() : 0;
let offered = "";
let told = "";

function spell(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function tick() {
  const now = (Date.now() + ahead) / 1000;
  for (const place of page.querySelectorAll("[data-since]")) place.textContent = spell(now - Number(place.dataset.since));
  for (const place of page.querySelectorAll("[data-until]")) {
    const left = Number(place.dataset.until) - now;
    place.textContent = String(Math.max(0, Math.ceil(left)));
  }
}

function tell() {
  const words = page.querySelector("[data-told]")?.dataset.told ?? "";
  if (words && words !== told) document.getElementById("announcements").textContent = words;
  told = words;
}

// Whoever is not at another control just then is led to the new offer; nobody's typing is interrupted.
function lead() {
  const offer = page.querySelector("[data-offer]")?.dataset.offer ?? "";
  if (offer && offer !== offered && isIdle()) page.querySelector("[data-key='Enter']")?.focus();
  offered = offer;
}

function isIdle() {
  const at = document.activeElement;
  return !at || at === document.body || at.id === "content";
}

function press(event) {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (!isIdle() && !document.activeElement.closest("[data-offer]")) return;
  if (document.querySelector("dialog[open]")) return;
  const button = page.querySelector(`[data-key="${event.key}"]`);
  // A focused button hears Enter by itself.
  if (!button || (event.key === "Enter" && document.activeElement.closest("button, a"))) return;
  event.preventDefault();
  button.click();
}

if (page) {
  tick();
  tell();
  lead();
  setInterval(tick, 1000);
  document.addEventListener("keydown", press);
  document.addEventListener("htmx:after:swap", () => {
    tick();
    tell();
    lead();
  });
}
