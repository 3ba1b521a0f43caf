// Keeps the panel of the guided tour up to date while somebody practises; without a shift for practice it stays empty.
const EVERY_MS = 1000;
const place = document.getElementById("tour");

async function look() {
  const mark = place.firstElementChild?.dataset.mark ?? "";
  const answer = await fetch(`/line/tour?seen=${mark}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  const news = answer?.status === 200 && !answer.redirected;
  if (news) {
    show(await answer.text());
  }
  // Where nobody practises the first answer is empty, and nothing more is asked.
  if (news || mark) {
    setTimeout(look, EVERY_MS);
  }
}

// Whoever was on a button of the panel stays there.
function show(html) {
  const deed = place.contains(document.activeElement) ? document.activeElement.dataset.tourDeed : "";
  const given = document.createElement("template");
  given.innerHTML = html;
  place.replaceChildren(...given.content.children);
  if (deed) {
    (place.querySelector(`[data-tour-deed="${deed}"]`) ?? place.querySelector("[data-tour-deed]"))?.focus();
  }
}

look();
