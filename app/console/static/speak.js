// Reads a text aloud with a voice of the browser, where it has one for the language; says so where it has none.
const synthesis = window.speechSynthesis;
// Browsers know Kurmanji under the macrolanguage's code.
const NAMES = { kmr: ["kmr", "ku"] };

function voiceFor(language) {
  const names = NAMES[language] ?? [language];
  return synthesis.getVoices().find((voice) => names.includes(voice.lang.replace("_", "-").split("-")[0].toLowerCase()));
}

function show() {
  for (const button of document.querySelectorAll("[data-speak]")) {
    button.hidden = !voiceFor(button.dataset.speak);
  }
  for (const told of document.querySelectorAll("[data-no-voice]")) {
    told.hidden = Boolean(voiceFor(told.dataset.noVoice));
  }
}

function speak(button) {
  const label = button.querySelector(".kern-label");
  const words = label.textContent;
  const running = button.getAttribute("aria-pressed") === "true";
  synthesis.cancel();
  if (running) return;
  const utterance = new SpeechSynthesisUtterance(button.dataset.text);
  utterance.voice = voiceFor(button.dataset.speak);
  utterance.lang = utterance.voice.lang;
  const end = () => {
    button.setAttribute("aria-pressed", "false");
    label.textContent = words;
  };
  utterance.addEventListener("end", end);
  utterance.addEventListener("error", end);
  button.setAttribute("aria-pressed", "true");
  label.textContent = button.dataset.stop;
  synthesis.speak(utterance);
}

if (synthesis) {
  show();
  // Some browsers learn of their voices only after the page is there.
  synthesis.addEventListener("voiceschanged", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-speak]");
    if (button) speak(button);
  });
  window.addEventListener("pagehide", () => synthesis.cancel());
} else {
  for (const told of document.querySelectorAll("[data-no-voice]")) told.hidden = false;
}
