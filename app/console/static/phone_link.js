// Beside the agent's own state on the desk: how the softphone's window fares, a way to open it, and its mute button.
import { openChannel } from "./phone_channel.js";

const place = document.querySelector("[data-phone-link='softphone']");
const ASK_MS = 2_000;
// A window that does not answer is closed, or its browser has put it to sleep.
const SILENT_MS = 5_000;
const WINDOW = "popup,width=400,height=680";

if (place) {
  const words = place.querySelector("template").content;
  const say = (name) => words.querySelector(`[data-word="${name}"]`).textContent;
  const sign = place.querySelector("[data-phone-state]");
  const mute = place.querySelector("[data-phone-mute]");
  let heardAt = 0;
  const channel = openChannel({ state: show });

  function show({ state, quality, muted }) {
    heardAt = state === "closed" ? 0 : Date.now();
    const talks = state === "in-call";
    sign.dataset.phoneState = state;
    sign.dataset.quality = talks ? quality : "";
    const told = talks && muted ? say("muted") : say(state);
    const text = talks ? `${told} · ${say(quality)}` : told;
    const at = sign.querySelector("[data-phone-words]");
    if (at.textContent !== text) at.textContent = text;
    place.querySelector("[data-phone-open]").hidden = state !== "closed" && state !== "failed";
    mute.hidden = !talks;
    mute.setAttribute("aria-pressed", String(Boolean(muted)));
    mute.querySelector("[data-phone-mute-words]").textContent = say(muted ? "unmute" : "mute");
  }

  function ask() {
    if (heardAt && Date.now() - heardAt > SILENT_MS) show({ state: "closed" });
    channel.tell({ kind: "ping" });
  }

  place.querySelector("[data-phone-open]").addEventListener("click", (event) => {
    const { href, target } = event.currentTarget;
    if (window.open(href, target, WINDOW)) event.preventDefault();
  });
  mute.addEventListener("click", () => channel.tell({ kind: "mute" }));
  ask();
  setInterval(ask, ASK_MS);
}
