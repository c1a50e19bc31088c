// Helps where it can; every page works without it.
"use strict";

// Names while typing: fills the field's list from the search for organisations or outlines.
document.querySelectorAll("input[data-find]").forEach((input) => {
  let waiting = 0;
  let last = "";
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    const text = input.value.trim();
    if (text.length < 3 || text === last || /\(\S+\)$/.test(text)) return;
    waiting = setTimeout(async () => {
      last = text;
      const query = new URLSearchParams({ limit: "12", text });
      if (input.dataset.call) query.set("call", input.dataset.call);
      const answer = await fetch((document.documentElement.dataset.root || "") + "/api/v1/" + input.dataset.find + "?" + query);
      if (!answer.ok || input.value.trim() !== text) return;
      const rows = (await answer.json())[input.dataset.find];
      input.list.replaceChildren(...rows.map((row) => {
        const option = document.createElement("option");
        option.value = (row.name || row.title) + " (" + row.id + ")";
        option.label = row.country || "";
        return option;
      }));
    }, 200);
  });
});

// After an error the summary is read first.
document.querySelector("[data-focus]")?.focus();

// One question at a time: the button says that it was heard.
document.querySelectorAll("form").forEach((form) => {
  form.addEventListener("submit", (event) => event.submitter?.setAttribute("aria-busy", "true"));
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});
