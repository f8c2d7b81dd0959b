// Small comforts on top of plain forms; every page works without this file.

import { followPrices } from "./price.js";
import { openSheets } from "./sheet.js";
import { addSteps } from "./steps.js";
import { keepSaving } from "./draft.js";

// A second click while the first answer is on its way does nothing. The server would see through it as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});

// Coming back with the browser's Back button: the forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// The cursor waits in the search field, so that a hand scanner can go on.
const scanning = document.querySelector("form[data-scan] input[type=search]");
const search = scanning ?? document.querySelector("form.search input[type=search]");
if (search && (scanning || (!window.location.hash && window.matchMedia("(pointer: fine)").matches))) {
  search.focus();
  search.select();
}

// A filter counts as soon as it is chosen.
for (const field of document.querySelectorAll("[data-submit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

addSteps();
followPrices();
openSheets();
keepSaving();
