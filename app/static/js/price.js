// The price of an item follows the quantity while it is typed. Without script the button "Show price" does the same.

const PAUSE = 250; // milliseconds without a key

function show(item, answer) {
  const put = (name, words) => {
    const place = item.querySelector(`[data-price=${name}]`);
    if (place) place.textContent = words;
  };
  if (answer.problem) {
    put("total", answer.problem);
    return;
  }
  put("each", answer.each);
  put("label", answer.label);
  put("total", answer.total);
  const breaks = item.querySelector("[data-price=breaks]");
  breaks?.replaceChildren(
    ...answer.breaks.slice(0, 4).map((words) => {
      const line = document.createElement("p");
      line.className = "hit-tier";
      line.textContent = words;
      return line;
    }),
  );
}

function follow(item) {
  const form = item.querySelector("form.add");
  if (!form) return;
  form.querySelector("button[name=show]")?.remove();
  let waiting = 0;
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const what = new URLSearchParams({
      item: item.dataset.item,
      quantity: form.elements.quantity.value,
      unit: form.elements.unit.value,
    });
    const link = item.querySelector("[data-sheet]");
    if (link) link.href = `${link.pathname}?${what}`;
    try {
      const answer = await fetch(`/find/price?${what}`, { headers: { Accept: "application/json" } });
      if (mine === asked && (answer.ok || answer.status === 422)) show(item, await answer.json());
    } catch {
      // no connection: the price shown stays with its age, adding still works when it is back
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
}

export function followPrices() {
  for (const item of document.querySelectorAll("[data-item]")) follow(item);
}
