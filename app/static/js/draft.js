// A draft is saved while one works on it, and the page then shows what the server says: points, prices, sums.
// Without script the button "Save" does the same. What is typed in the field for new lines waits for the button.

import { addSteps } from "./steps.js";

const PAUSE = 900; // milliseconds after the last change
const COMPUTED = ["sums", "counts", "saved", "blocked", "new-prices", "points"]; // parts of the page without fields

export function keepSaving() {
  const form = document.getElementById("draft");
  if (!form || !form.elements.version || form.elements.version.value === "0") return;
  let waiting = 0;
  let busy = false;
  let pressed = null; // a button that was pressed while the page was being saved

  const unsaved = () => {
    const saved = document.getElementById("saved");
    if (saved?.dataset.unsaved) saved.textContent = saved.dataset.unsaved;
  };

  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  };

  const save = async () => {
    if (busy || form.dataset.sent) return later();
    if (form.elements.pasted.value.trim() || form.querySelector(".take-out input:checked")) return;
    busy = true;
    const typed = snapshot(form);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (answer.ok && !form.dataset.sent) swap(form, await answer.text(), typed);
    } catch {
      // no connection: the words "not saved yet" stay, and the button saves when it is back
    } finally {
      busy = false;
      const button = again(form, pressed);
      pressed = null;
      if (button) form.requestSubmit(button);
    }
  };

  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (!busy) return;
    event.preventDefault();
    event.stopPropagation();
    pressed = event.submitter;
  });

  form.addEventListener("input", (event) => {
    unsaved();
    if (event.target.id !== "pasted") later();
  });
}

// The same button in what the page has become; none when it is not offered any more.
function again(form, button) {
  if (!button || button.isConnected) return button;
  return [...form.querySelectorAll("button")].find(
    (each) => each.name === button.name && each.value === button.value && each.formAction === button.formAction,
  );
}

function snapshot(form) {
  return new Map([...new FormData(form)].map(([name, value]) => [name, value]));
}

// Everything the server computed is taken over; a field somebody is typing in keeps its value and the cursor.
function swap(form, text, typed) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("draft");
  if (!fresh) return;
  const now = snapshot(form);
  form.elements.version.value = fresh.querySelector("[name=version]").value;
  for (const id of COMPUTED) exchange(document.getElementById(id), page.getElementById(id));
  exchange(form.querySelector(".send-buttons"), fresh.querySelector(".send-buttons"));
  for (const line of form.querySelectorAll("article.line")) {
    const other = fresh.querySelector(`#${line.id}`);
    if (!other || line.contains(document.activeElement)) {
      if (other) aroundFields(line, other);
      continue;
    }
    const field = line.querySelector("input.quantity");
    if (field && typed.get(field.name) === now.get(field.name)) line.replaceWith(document.importNode(other, true));
  }
  addSteps(form);
}

function exchange(old, fresh) {
  if (old && fresh) old.replaceWith(document.importNode(fresh, true));
}

// The line with the cursor in it: its words and points change, its fields stay.
function aroundFields(line, other) {
  const keep = line.querySelector(".line-fields");
  for (const part of [...line.children]) {
    if (part !== keep && !part.matches(".line-what, input[type=hidden]")) part.remove();
  }
  let after = keep;
  for (const part of [...other.children]) {
    if (part.matches(".line-fields, .line-what, input[type=hidden]")) continue;
    const copy = document.importNode(part, true);
    if (copy.matches(".line-sum")) keep.before(copy);
    else {
      after.after(copy);
      after = copy;
    }
  }
}
