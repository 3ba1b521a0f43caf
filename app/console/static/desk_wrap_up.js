// Wrapping up by two keys: a letter for the topic, a digit for the outcome; for four seconds it can be undone.
//
// What is counted cannot be changed any more, so it is sent only after these seconds.
const PENDING_SECONDS = 4;
let outcome = null;
let until = 0;
let ticking = 0;
const met = new WeakSet();

function formOf(page) {
  return page.querySelector("form[data-wrap-up]");
}

function stop() {
  clearInterval(ticking);
  outcome = null;
}

function wordsOf(form) {
  const topic = form.querySelector("input[name=topic]:checked");
  const said = [
    form.querySelector(`label[for="${topic.id}"]`)?.firstChild?.textContent ?? "",
    form.querySelector(`button[name=outcome][value="${CSS.escape(outcome)}"] .kern-label`)?.textContent ?? "",
  ];
  const rest = form.querySelector("input[name=rest]");
  if (rest?.checked) said.push(form.querySelector(`label[for="${rest.id}"]`)?.firstChild?.textContent ?? "");
  return said.map((words) => words.trim()).join(" · ");
}

function draw(form) {
  const pending = form.querySelector("[data-pending]");
  for (const button of form.querySelectorAll("button[name=outcome]")) {
    button.classList.toggle("outcome--chosen", button.value === outcome);
  }
  pending.hidden = outcome === null;
  if (outcome === null) return;
  const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  pending.querySelector("[data-pending-seconds]").textContent = String(left);
  const words = wordsOf(form);
  const place = pending.querySelector("[data-pending-what]");
  if (place.textContent !== words) place.textContent = words;
}

function send(form) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "outcome";
  field.value = outcome;
  form.append(field);
  stop();
  draw(form);
  globalThis.htmx.trigger(form, "wrapped-up");
}

function tick(page) {
  const form = formOf(page);
  if (!form || outcome === null) stop();
  else if (Date.now() >= until) send(form);
  else draw(form);
}

function choose(page, form, chosen) {
  if (!form.reportValidity()) return;
  outcome = chosen;
  until = Date.now() + PENDING_SECONDS * 1000;
  draw(form);
  document.getElementById("announcements").textContent = form.querySelector("[data-pending-words]").textContent;
  clearInterval(ticking);
  ticking = setInterval(() => tick(page), 250);
}

function undo(form) {
  stop();
  draw(form);
}

function meet(page, form) {
  if (met.has(form)) return;
  met.add(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name === "outcome") choose(page, form, event.submitter.value);
  });
  form.querySelector("[data-undo]").addEventListener("click", () => undo(form));
  form.querySelector("[data-at-once]").addEventListener("click", () => send(form));
  // Enter at a topic would press the first outcome.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
}

export function showWrapUp(page) {
  const form = formOf(page);
  if (!form) stop();
  else {
    meet(page, form);
    draw(form);
  }
}

// Whoever leaves the page within the seconds has chosen all the same.
export function sendPending(page) {
  const form = formOf(page);
  if (!form || outcome === null) return;
  const said = new URLSearchParams(new FormData(form));
  said.set("outcome", outcome);
  fetch(form.action, { method: "POST", body: said, keepalive: true });
}

// Whether the key meant something here.
export function pressInWrapUp(page, key) {
  const form = formOf(page);
  if (!form) return false;
  if (outcome !== null && (key === "Escape" || key === "Enter")) {
    if (key === "Escape") undo(form);
    else send(form);
    return true;
  }
  const element = form.querySelector(`[data-wrap-key="${CSS.escape(key)}"]`);
  if (!element) return false;
  if (element.matches("button")) choose(page, form, element.value);
  else element.click();
  if (element.matches("input") && outcome !== null) choose(page, form, outcome);
  return true;
}
