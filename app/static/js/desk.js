// Keys of the desk. Everything they do stands on the page as a button or a link; this file only presses it.

const typing = (place) => place.matches("input, textarea, select, [contenteditable]");
const list = document.querySelector("[data-list]");
const byKey = (sign) => document.querySelector(`[data-key="${CSS.escape(sign)}"]`);

// j and k: along the list of what waits.
function along(step) {
  const rows = [...(list?.querySelectorAll("a") ?? [])].filter((row) => row.offsetParent !== null);
  const here = rows.indexOf(document.activeElement);
  const start = here >= 0 ? here : rows.findIndex((row) => row.hasAttribute("aria-current"));
  rows[Math.min(Math.max(start + step, 0), rows.length - 1)]?.focus();
}

// n: the next finding; f: what its rule looked at.
const points = [...document.querySelectorAll("[data-point]")];
function nextPoint() {
  const here = points.indexOf(document.activeElement?.closest("[data-point]"));
  points[(here + 1) % points.length]?.focus();
}
function facts() {
  const point = document.activeElement?.closest("[data-point]") ?? points[0];
  const fold = point?.querySelector("details");
  if (fold) fold.open = !fold.open;
}

// A button is pressed, a fold opened with the cursor in its first field, a field entered.
function press(place) {
  if (place.matches("details")) {
    place.open = !place.open;
    const field = place.open && place.querySelector("select, textarea, input:not([type=hidden])");
    (field || place.querySelector("summary")).focus();
  } else if (typing(place)) {
    place.focus();
  } else {
    place.click();
  }
}

function leave(place) {
  const fold = place.closest(".desk-actions details");
  if (fold) fold.open = false;
  place.blur();
}

const switchedOn = document.querySelector("[data-keys=on]");
document.addEventListener("keydown", (event) => {
  if (!switchedOn || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (event.key === "Escape") return leave(at);
  if (typing(at)) return;
  const inList = !document.querySelector(".desk") || list?.contains(at);
  const own = { j: () => along(1), n: nextPoint, f: facts };
  if (inList) own.k = () => along(-1);
  const place = byKey(event.key);
  const act = own[event.key] ?? (place && (() => press(place)));
  if (!act) return;
  event.preventDefault();
  act();
});

// Of all reasons only the chosen one is shown as the buyer reads it, with the words that stand beside it.
const reads = document.querySelector("[data-reads]");
const choice = document.getElementById("reason_code");
const words = document.getElementById("note");
function showChosen() {
  reads.hidden = !choice.value;
  for (const each of reads.querySelectorAll("[data-reason]")) {
    each.hidden = each.dataset.reason !== choice.value;
    each.querySelector("[data-own]").textContent = words.value.trim();
  }
}
if (reads && choice) {
  reads.classList.add("one");
  choice.addEventListener("change", showChosen);
  words.addEventListener("input", showChosen);
  showChosen();
}
