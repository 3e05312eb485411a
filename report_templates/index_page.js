(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const search = document.querySelector("#search");
  const said = document.querySelector("#shown");
  const nothing = document.querySelector("#nothing");
  const choices = all("select[data-filter]");
  const sections = all("section.entities");
  const rows = sections.map((section) => all("tbody tr", section));
  const count = rows.flat().length;
  const documents = all("#documents tbody tr");

  const fits = (row, words, chosen) =>
    words.every((word) => row.dataset.search.includes(word)) &&
    chosen.every(([name, value]) => row.dataset[name] === value || row.dataset[name].split("|").includes(value));

  const filter = () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const chosen = choices.filter((c) => c.value).map((c) => [c.dataset.filter, c.value]);
    let total = 0;
    sections.forEach((section, i) => {
      let shown = 0;
      for (const row of rows[i]) {
        row.hidden = !fits(row, words, chosen);
        shown += !row.hidden;
      }
      section.hidden = shown === 0;
      section.querySelector(".count").textContent =
        shown === rows[i].length ? `(${shown})` : `(${shown} / ${rows[i].length})`;
      total += shown;
    });
    let sheets = 0;
    for (const row of documents) {
      row.hidden = !fits(row, words, []);
      sheets += !row.hidden;
    }
    for (const section of all("#documents")) section.hidden = sheets === 0;
    said.textContent = said.dataset.text.replace("#", total).replace("#", count);
    nothing.hidden = total + (words.length ? sheets : 0) > 0;
    for (const card of all("button[data-state]")) {
      card.setAttribute("aria-pressed", chosen.some(([n, v]) => n === "states" && v === card.dataset.state));
    }
  };

  const order = (table, column, head) => {
    const down = head.getAttribute("aria-sort") === "none"
      ? head.dataset.kind === "number" : head.getAttribute("aria-sort") === "ascending";
    for (const other of all("th[aria-sort]", table)) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyOf = (row) => row.cells[column].dataset.key;
    const compare = (a, b) => head.dataset.kind === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0;
    const body = table.tBodies[0];
    const sorted = [...body.rows].sort((one, two) => {
      const [a, b] = [keyOf(one), keyOf(two)];
      if (a === "" || b === "") return (a === "") - (b === "");
      return down ? compare(b, a) : compare(a, b);
    });
    body.append(...sorted);
  };

  for (const table of all("section.entities table")) {
    all("thead th", table).forEach((head, column) => {
      const button = head.querySelector("button");
      if (button) button.addEventListener("click", () => order(table, column, head));
    });
  }
  search.addEventListener("input", filter);
  for (const choice of choices) choice.addEventListener("change", filter);
  document.querySelector("#clear").addEventListener("click", () => {
    search.value = "";
    for (const choice of choices) choice.value = "";
    filter();
    search.focus();
  });
  const states = document.querySelector('select[data-filter="states"]');
  for (const card of all("button[data-state]")) {
    card.addEventListener("click", () => {
      states.value = states.value === card.dataset.state ? "" : card.dataset.state;
      filter();
    });
  }
  filter();
})();
