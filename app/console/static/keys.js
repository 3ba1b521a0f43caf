// In the page of the desk's keys a field takes the key that is pressed; Backspace and Delete empty it.
const MOVES = ["Tab", "Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"];

function take(event) {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || !("keyField" in field.dataset)) return;
  if (event.ctrlKey || event.altKey || event.metaKey || MOVES.includes(event.key) || event.key.startsWith("Arrow")) return;
  if (event.key === "Backspace" || event.key === "Delete") field.value = "";
  else if (event.key === "Enter" || event.key === "Escape") field.value = event.key;
  else if (event.key.length === 1 && event.key.trim()) field.value = event.key.toLowerCase();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", take);
