// What makes pages more pleasant where there is script: questions in a dialog, menus that close, the session's end.
import { watchSession } from "./session.js";

function openQuestion(page) {
  const question = page.querySelector("#question");
  const heading = page.querySelector("h1");
  if (!question || !heading) return false;
  const dialog = document.createElement("dialog");
  dialog.className = "kern-dialog";
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.setAttribute("aria-describedby", "question-text");
  const header = document.createElement("div");
  header.className = "kern-dialog__header";
  const title = document.createElement("h2");
  title.id = "dialog-title";
  title.className = "kern-title kern-title--large";
  title.textContent = heading.textContent;
  header.append(title);
  const body = document.createElement("div");
  body.className = "kern-dialog__body";
  body.append(document.adoptNode(question));
  dialog.append(header, body);
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  // What cannot be taken back should not happen by a careless Enter.
  dialog.querySelector("[data-dialog-close]")?.focus();
  return true;
}

async function ask(link) {
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && !answer.redirected && openQuestion(page)) return;
  } catch {
    // Without an answer the link is followed as if there were no script.
  }
  location.assign(link.href);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    ask(link);
  }
  for (const open of document.querySelectorAll("details.account[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const open = document.querySelector("details.account[open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// After a part of the page was exchanged, who does not see it hears what it is now.
document.addEventListener("htmx:after:swap", (event) => {
  const part = event.target instanceof Element ? event.target : null;
  // A form's field that is called "id" stands before the form's own.
  const id = part?.getAttribute("id");
  const rows = document.querySelector(id ? `#${id} .table__bar p` : ".table__bar p");
  if (rows) announce(rows.textContent);
});

export function announce(words) {
  document.getElementById("announcements").textContent = words;
}

watchSession();
