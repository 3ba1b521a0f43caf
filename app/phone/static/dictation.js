// Lets a person speak instead of typing, where the browser can turn speech into text.

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

// `language` says in which language is spoken; `onWords` gets what was understood.
export function dictation({ button, language, onWords }) {
  if (!Recognition || !button) {
    return;
  }
  let hearing = null;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (hearing) {
      hearing.stop();
      return;
    }
    hearing = new Recognition();
    hearing.lang = language();
    hearing.addEventListener("result", (event) => {
      const words = event.results[0][0].transcript.trim();
      if (words) {
        onWords(words);
      }
    });
    hearing.addEventListener("end", () => {
      hearing = null;
      button.setAttribute("aria-pressed", "false");
    });
    button.setAttribute("aria-pressed", "true");
    hearing.start();
  });
}
