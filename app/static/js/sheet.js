// "Why this price" opens over the page; without script the link leads to the same sheet as a page of its own.

let over = null;

function dialog() {
  if (over) return over;
  over = document.createElement("dialog");
  over.className = "over";
  document.body.append(over);
  over.addEventListener("click", (event) => {
    if (event.target === over) over.close();
  });
  return over;
}

function closer(words) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button close";
  made.textContent = "×";
  made.setAttribute("aria-label", words);
  made.addEventListener("click", () => over.close());
  return made;
}

async function load(address) {
  const answer = await fetch(address);
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("sheet");
}

async function open(address) {
  const sheet = await load(address);
  if (!sheet) {
    window.location.assign(address);
    return;
  }
  const heading = sheet.querySelector("h1");
  heading.id = "sheet-title";
  dialog().setAttribute("aria-labelledby", heading.id);
  over.replaceChildren(closer(sheet.dataset.close ?? "Close"), document.importNode(sheet, true));
  if (!over.open) over.showModal();
}

export function openSheets() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-sheet]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.href).catch(() => window.location.assign(link.href));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!over?.contains(form) || form.method !== "get") return;
    event.preventDefault();
    open(`${form.action}?${new URLSearchParams(new FormData(form))}`).catch(() => form.submit());
  });
}
