// Writes the conversation and the webhooks behind it into the page; everything goes in as text, never as markup.

const MOST_EXCHANGES = 12;
// What stays visible above the line that is being spoken: the name of its language.
const LEAD_PIXELS = 28;

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// "You press {keys}" with an element in the place of {keys}.
function filled(template, name, inner) {
  const [before, after = ""] = template.split(`{${name}}`);
  return [before, inner, after];
}

function languageName(language, interfaceLanguage) {
  try {
    return new Intl.DisplayNames([interfaceLanguage], { type: "language" }).of(language.split("-")[0]);
  } catch {
    return language;
  }
}

export class Transcript {
  constructor({ log, behind, words, language }) {
    Object.assign(this, { log, behind, words, language, lastPressed: null, lines: [], tongue: "" });
  }

  clear() {
    this.log.replaceChildren();
    this.behind.replaceChildren();
    this.lastPressed = null;
    this.tongue = "";
  }

  heard(items) {
    this.lines = [];
    if (items.length === 0) {
      return;
    }
    const turn = element("div", { className: "turn heard" });
    let named = null;
    for (const item of items) {
      const heading = item.kind === "say" ? this.heading(item) : named;
      if (heading !== named) {
        named = heading;
        turn.append(element("p", { className: item.by ? "tongue person" : "tongue" }, heading));
      }
      const line = this.line(item);
      this.lines.push(line);
      turn.append(line);
    }
    this.add(turn);
  }

  // Who speaks where a person does, else in which language the line speaks.
  heading(item) {
    this.tongue = item.language || this.tongue;
    const { words } = this;
    const people = { agent: words.by_agent, interpreter: words.by_interpreter, supervisor: words.by_supervisor };
    return people[item.by] ?? languageName(item.language, this.language);
  }

  line(item) {
    if (item.kind === "say") {
      return element("p", { className: "said", lang: item.language, dir: "auto" }, item.text);
    }
    const text =
      item.kind === "pause" ? this.words.pause.replace("{seconds}", item.text) : this.words.recording;
    return element("p", { className: "sound" }, text);
  }

  speaking(place) {
    this.lines.forEach((line, index) => line.classList.toggle("now", index === place));
    if (place >= 0) {
      this.reveal(this.lines[place]);
    }
  }

  // Scrolls the conversation alone; the page with the keys stays where it is.
  reveal(line) {
    const frame = this.log.getBoundingClientRect();
    const place = line.getBoundingClientRect();
    if (place.top < frame.top || place.bottom > frame.bottom) {
      this.log.scrollTop += place.top - frame.top - LEAD_PIXELS;
    }
  }

  pressed(keys) {
    if (this.lastPressed) {
      this.lastPressed.append(keys);
      this.scroll();
      return;
    }
    const pressed = element("bdi", { dir: "ltr", className: "pressed" }, keys);
    this.add(element("p", { className: "turn mine" }, ...filled(this.words.you_pressed, "keys", pressed)));
    this.lastPressed = pressed;
  }

  said(words) {
    const spoken = element("bdi", {}, words);
    this.add(element("p", { className: "turn mine" }, ...filled(this.words.you_said, "words", spoken)));
  }

  remark(text, className = "remark") {
    this.add(element("p", { className: `turn ${className}` }, text));
  }

  add(turn) {
    this.lastPressed = null;
    this.log.append(turn);
    this.scroll();
  }

  scroll() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  exchanged(exchanges) {
    for (const exchange of exchanges) {
      const sent = exchange.sent.map(([name, value]) => `${name}=${value}`).join("  ");
      const entry = element(
        "section",
        { className: "exchange", dir: "ltr" },
        element("h3", {}, `${exchange.method} ${exchange.path}`),
        element("p", { className: "sent" }, `${sent ? `${sent}  →  ` : "→  "}${exchange.status}, ${exchange.milliseconds} ms`),
      );
      if (exchange.twiml) {
        entry.append(element("pre", {}, element("code", {}, exchange.twiml)));
      }
      this.behind.prepend(entry);
    }
    while (this.behind.children.length > MOST_EXCHANGES) {
      this.behind.lastElementChild.remove();
    }
  }
}
