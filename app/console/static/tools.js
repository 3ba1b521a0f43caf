// Keeps the tools within the panel beside a call, moves through results by arrow keys, and tells what was found.
const PANEL = "#tool-body";
const INSIDE = "/line/tool/";

function panelOf(element) {
  return element.closest?.(PANEL);
}

// A tool's own addresses are drawn into the panel; everything else opens beside the desk, which stays as it is.
function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || !panelOf(link) || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.hasAttribute("hx-get") || link.hasAttribute("data-dialog") || link.getAttribute("href").startsWith("#")) return;
  if (link.pathname.startsWith(INSIDE)) {
    event.preventDefault();
    draw("GET", link.pathname + link.search);
  } else {
    link.target = "_blank";
    link.rel = "noopener";
  }
}

function post(event) {
  const form = event.target;
  if (!panelOf(form) || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
  const address = new URL(form.action);
  if (!address.pathname.startsWith(INSIDE)) return;
  event.preventDefault();
  const typed = new FormData(form, event.submitter);
  if (form.method === "get") draw("GET", `${address.pathname}?${new URLSearchParams(typed)}`);
  else draw("POST", address.pathname, Object.fromEntries(typed));
}

async function draw(method, address, values = {}) {
  await window.htmx.ajax(method, address, { target: PANEL, swap: "innerHTML", values });
  const panel = document.querySelector(PANEL);
  const first = panel.querySelector("[autofocus]") ?? panel.querySelector("h2");
  if (!first) return;
  if (!first.matches("input, select, textarea, button, a")) first.tabIndex = -1;
  first.focus({ preventScroll: true });
  panel.scrollTop = 0;
}

// From the field into the results and through them; Enter opens one, as any link.
function move(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const tool = event.target.closest?.(".tool, main");
  if (!tool || !event.target.matches("input[type=search], .tool-hits a")) return;
  const stops = [tool.querySelector("input[type=search]"), ...tool.querySelectorAll(".tool-hits a")];
  const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function tell() {
  const words = document.getElementById("tool-found")?.dataset.told ?? "";
  const place = document.getElementById("announcements");
  if (words && place && place.textContent !== words) place.textContent = words;
}

// What stood there before is not taken for the answer: a fault is told where the answer would be.
function fail(event) {
  const place = event.detail?.ctx?.target;
  if (!(place instanceof Element) || !place.dataset.failed) return;
  const status = event.detail.ctx.response?.status ?? 0;
  if (event.type === "htmx:before:response" && (status < 400 || status === 422)) return;
  event.preventDefault();
  const words = document.createElement("p");
  words.className = "kern-body tool-failed";
  words.setAttribute("role", "alert");
  words.textContent = place.dataset.failed;
  place.replaceChildren(words);
}

// Whoever asks for a message reads the question first; the button that sends it is one key away then.
function lead(event) {
  const ask = event.target.open && event.target.closest?.(".tool-text")?.querySelector(".tool-text__ask");
  if (!ask) return;
  ask.scrollIntoView({ block: "nearest" });
  ask.querySelector("button")?.focus({ preventScroll: true });
}

document.addEventListener("toggle", lead, true);
document.addEventListener("click", follow);
document.addEventListener("htmx:before:response", fail);
document.addEventListener("htmx:error", fail);
document.addEventListener("submit", post);
document.addEventListener("keydown", move);
document.addEventListener("htmx:after:swap", tell);
