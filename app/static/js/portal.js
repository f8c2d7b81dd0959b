// Small comforts on top of plain forms; every page works without this file.

// A second click while the first answer is on its way does nothing. The server would see through it as well.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
}

// Coming back with the browser's Back button: the forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// The cursor waits in the search field, so that a hand scanner can go on.
const search = document.querySelector("form.search input[type=search]");
if (search && !window.location.hash && window.matchMedia("(pointer: fine)").matches) {
  search.focus();
  search.select();
}
