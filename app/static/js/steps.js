// [-] and [+] around a quantity, 44 px each; the field itself stays for typing.

function stepped(field, by) {
  const value = Number(field.value.replace(",", "."));
  if (!Number.isFinite(value)) return;
  field.value = String(Math.max(0, value + by));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function button(sign, field, by) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "step";
  made.textContent = sign;
  made.setAttribute("aria-label", `${sign}1, ${field.labels[0]?.textContent ?? ""}`);
  made.addEventListener("click", () => stepped(field, by));
  return made;
}

export function addSteps(root = document) {
  for (const stepper of root.querySelectorAll(".stepper:not(.steps)")) {
    const field = stepper.querySelector("input.quantity");
    stepper.classList.add("steps");
    field.before(button("−", field, -1));
    field.after(button("+", field, 1));
  }
}
