// One key for each deed of the desk: shown at what it presses, and heard only where nobody types.
import { hasJustCome, isTyping } from "./desk_offer.js";
import { goToTool, typeAhead, waitsForField } from "./desk_tools.js";
import { pressInWrapUp } from "./desk_wrap_up.js";

let keys = {};

function isShown(element) {
  return element.getClientRects().length > 0 && !element.disabled;
}

function find(page, deed) {
  return [...page.querySelectorAll(`[data-deed="${CSS.escape(deed)}"]`)].find(isShown);
}

function nameOf(page, key) {
  if (key === "Enter") return page.dataset.keyEnter;
  if (key === "Escape") return page.dataset.keyEscape;
  return key.toUpperCase();
}

// Where the key is shown: inside of what is pressed, or in the label of what is filled in.
function placeOf(page, element) {
  if (element.matches("a, button, summary")) return element;
  return element.matches("textarea, select, [data-wrap-key]") ? page.querySelector(`label[for="${element.id}"]`) : null;
}

function show(page, element, key) {
  if (key) element.setAttribute("aria-keyshortcuts", key);
  else element.removeAttribute("aria-keyshortcuts");
  const place = placeOf(page, element);
  if (!place) return;
  let sign = place.querySelector(":scope > .key");
  if (!key) {
    sign?.remove();
    return;
  }
  if (!sign) {
    sign = document.createElement("kbd");
    sign.className = "key";
    sign.setAttribute("aria-hidden", "true");
    place.append(sign);
  }
  const name = nameOf(page, key);
  if (sign.textContent !== name) sign.textContent = name;
}

export function label(page) {
  for (const element of page.querySelectorAll("[data-deed]")) show(page, element, keys[element.dataset.deed] ?? "");
  const inWrapUp = page.dataset.wrapKeys === "true";
  for (const element of page.querySelectorAll("[data-wrap-key]")) show(page, element, inWrapUp ? element.dataset.wrapKey : "");
}

function press(page, element) {
  if (element.matches("[data-tool-link]")) goToTool(page, element);
  else if (element.matches("a, button, summary")) element.click();
  else {
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  }
}

// With capitals locked a letter is the same key; with the shift key it is another.
function keyOf(event) {
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.shiftKey && (event.key.length > 1 || letter !== event.key) ? "" : letter;
}

function leaveField(event) {
  if (event.key !== "Escape") return;
  event.preventDefault();
  document.activeElement.blur();
}

function hear(page, event) {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open], details.account[open]")) return;
  if (isTyping()) {
    leaveField(event);
    return;
  }
  if (waitsForField() && typeAhead(event.key)) {
    event.preventDefault();
    return;
  }
  const key = keyOf(event);
  if (!key) return;
  if (page.dataset.wrapKeys === "true" && pressInWrapUp(page, key)) {
    event.preventDefault();
    return;
  }
  // What has the focus hears Enter by itself, and an offer that has just come hears no key that was meant for it.
  if (key === "Enter" && document.activeElement.closest("button, a, summary, input, audio")) {
    if (hasJustCome() && document.activeElement.closest("[data-offer]")) event.preventDefault();
    return;
  }
  const element = Object.entries(keys).filter(([, own]) => own === key).map(([deed]) => find(page, deed)).find(Boolean);
  if (!element || (hasJustCome() && element.closest("[data-offer]"))) return;
  event.preventDefault();
  press(page, element);
}

function openHelp(page) {
  const dialog = document.getElementById("help");
  const button = page.querySelector("[data-help]");
  if (!dialog || !button) return;
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}

export function listenToKeys(page) {
  keys = JSON.parse(page.dataset.keys);
  openHelp(page);
  document.addEventListener("keydown", (event) => hear(page, event));
}
