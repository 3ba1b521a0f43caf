// The window of the softphone: shows what its line does, and joins the conversation that the hotline names.
import { claim, openChannel } from "./phone_channel.js";
import { askForMicrophone, chosen, mayUseMicrophone, openCheck } from "./phone_check.js";
import { fault, faultOf } from "./phone_faults.js";
import { openLine } from "./phone_line.js";

const root = document.getElementById("phone");
const place = root.querySelector("[data-phone-parts]");
const words = document.getElementById("phone-words").content;
const BUTTONS = ["start", "take", "again", "mute"];
const button = Object.fromEntries(BUTTONS.map((name) => [name, place.querySelector(`[data-${name}]`)]));
const TELEPHONING = ["connecting", "in-call"];
// A guest who lost the line comes back by themselves within this time.
const RETURNS_MS = 20_000;
const WAS_IN = "softphone.seat";
const ours = { state: "closed", quality: "good", muted: false, fault: "", number: 0, elsewhere: false };

const say = (name) => words.querySelector(`[data-word="${name}"]`).textContent;
const seat = () => document.getElementById("phone-seat").dataset;
const put = (name, text) => {
  const at = place.querySelector(`[data-word-of="${name}"]`);
  if (at.textContent !== text) at.textContent = text;
};

const channel = openChannel({
  ping: () => ours.elsewhere || tell(),
  mute: () => ours.elsewhere || line.mute(),
});
const check = openCheck(document.getElementById("phone-check"), { say, changed: () => choose(line.device), refused: show });
const line = openLine({ Device: globalThis.Twilio?.Device, options: options(), getToken, getSeat, prepare, choose }, show);

function options() {
  const names = ["incoming", "outgoing", "disconnect", "dtmfs", "dtmfh", ...Array.from({ length: 10 }, (_, key) => `dtmf${key}`)];
  return {
    codecPreferences: ["opus", "pcmu"],
    enableImprovedSignalingErrorPrecision: true,
    // No reports on calls leave the hotline, and no sound comes from elsewhere.
    publishEvents: false,
    sounds: Object.fromEntries(names.map((name) => [name, new URL(place.dataset.sound, location.href).href])),
    tokenRefreshMs: 60_000,
  };
}

async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json, text/html;q=0.9" } }).catch(() => {
    throw fault("server");
  });
  if (answer.redirected || [401, 403].includes(answer.status)) throw fault("session");
  if (!answer.ok) throw fault("server");
  return answer;
}

async function getToken() {
  return (await ask(place.dataset.token)).json();
}

// What the hotline says now: asked without marks, it always says something.
async function getSeat() {
  const html = await (await ask(place.dataset.now)).text();
  const told = new DOMParser().parseFromString(html, "text/html").getElementById("phone-seat").dataset;
  return belongs(told) ? told.seat : "";
}

// An agent's own telephone is rung for calls; only for listening the browser is needed.
function belongs({ role }) {
  return place.dataset.telephone !== "true" || role === "supervisor";
}

async function prepare() {
  const microphone = await askForMicrophone();
  for (const track of microphone.getTracks()) track.stop();
}

// What is not plugged in today is passed over: the browser's own choice holds.
async function choose(device) {
  const audio = device?.audio;
  const [microphone, speaker] = [chosen("audioinput"), chosen("audiooutput")];
  if (!audio) return;
  if (microphone) await audio.setInputDevice(microphone).catch(() => {});
  if (speaker && audio.isOutputSelectionSupported) await audio.speakerDevices.set(speaker).catch(() => {});
}

// A change of the line, or a fault of the microphone while it is being checked.
function show(what) {
  const before = { ...ours };
  if (what instanceof Error) Object.assign(ours, { fault: faultOf(what), number: 0, state: line.now.talks ? ours.state : "failed" });
  else Object.assign(ours, what);
  remember();
  if (before.state !== "in-call" && ours.state === "in-call") check.close();
  draw();
  tell();
}

function remember() {
  if (TELEPHONING.includes(ours.state)) sessionStorage.setItem(WAS_IN, JSON.stringify([seat().seat, Date.now()]));
}

function draw() {
  const state = ours.elsewhere ? "elsewhere" : ours.state;
  const listens = state === "in-call" && seat().role === "supervisor";
  const muted = state === "in-call" && ours.muted;
  place.querySelector("[data-now-state]").dataset.nowState = muted ? "muted" : state;
  put("state", muted ? say("muted") : listens ? say("listening") : say(state));
  put("text", muted || listens || (ours.fault && state === "failed") ? "" : say(`${state}-text`));
  put("quality", say(ours.quality));
  const quality = place.querySelector("[data-quality]");
  quality.dataset.quality = ours.quality;
  quality.hidden = !TELEPHONING.includes(state);
  for (const told of place.querySelectorAll("[data-fault]")) drawFault(told, state);
  button.start.hidden = state !== "closed";
  button.take.hidden = state !== "elsewhere";
  button.again.hidden = !(state === "failed" || (state === "ready" && seat().seat && belongs(seat())));
  button.mute.hidden = state !== "in-call" || listens;
  button.mute.setAttribute("aria-pressed", String(ours.muted));
  button.mute.querySelector(".kern-label").textContent = say(ours.muted ? "unmute" : "mute");
}

function drawFault(told, state) {
  told.hidden = state !== "failed" || told.dataset.fault !== ours.fault;
  const number = told.querySelector("[data-number]");
  number.hidden = !ours.number;
  number.querySelector("span").textContent = ours.number || "";
}

function tell() {
  const { state, quality, muted } = ours;
  if (!ours.elsewhere) channel.tell({ kind: "state", state, quality, muted });
}

// The stream has exchanged the seat.
function follow() {
  const { seat: id, joins } = seat();
  const comes = id && belongs(seat()) && (joins === "true" || line.talks || wasIn(id));
  if (!ours.elsewhere) line.setSeat(comes ? id : "");
  draw();
}

function wasIn(id) {
  const [last, at] = JSON.parse(sessionStorage.getItem(WAS_IN) ?? "[]");
  return last === id && Date.now() - at < RETURNS_MS;
}

async function begin(steal = false) {
  const mine = await claim(root.dataset.me, lost, { steal });
  ours.elsewhere = !mine;
  draw();
  if (!mine) return;
  if (!globalThis.Twilio?.Device || !globalThis.isSecureContext) show({ state: "failed", fault: "browser" });
  else if (steal || (await mayUseMicrophone())) await start();
  else document.getElementById("phone-check").open = true;
}

// Another window took over: this one is silent from now on.
function lost() {
  line.close();
  ours.elsewhere = true;
  draw();
}

async function start() {
  document.getElementById("phone-check").open = false;
  await line.start();
  follow();
}

function again() {
  line.setSeat(seat().seat && belongs(seat()) ? seat().seat : "");
  line.again();
}

button.start.addEventListener("click", start);
button.again.addEventListener("click", again);
button.take.addEventListener("click", () => begin(true));
button.mute.addEventListener("click", () => line.mute());
document.getElementById("phone-volume").addEventListener("input", ({ target }) => line.setVolume(target.value / 100));
document.addEventListener("keydown", (event) => {
  const plain = !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (plain && event.key.toLowerCase() === "m" && !event.target.closest?.("select, input:not([type=range])")) line.mute();
});
document.addEventListener("htmx:after:swap", follow);
addEventListener("beforeunload", (event) => TELEPHONING.includes(ours.state) && !ours.elsewhere && event.preventDefault());
addEventListener("pagehide", () => {
  remember();
  if (!ours.elsewhere) channel.tell({ kind: "state", state: "closed", quality: "good", muted: false });
});
begin();
