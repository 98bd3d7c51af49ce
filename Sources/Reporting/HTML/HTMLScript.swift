/// What the page does besides being read: filters, unfolding, and unfolding for the printer. It reads the page and fetches
/// nothing; without it everything is there all the same.
enum HTMLScript {
  /// The script; no text from a report is in it.
  static let source = """

    "use strict";
    (() => {
      const byId = (id) => document.getElementById(id);
      const bar = byId("filters");
      const folds = () => [...document.querySelectorAll("details")];
      let unfolded = [];
      addEventListener("beforeprint", () => {
        unfolded = folds().filter((fold) => !fold.open);
        unfolded.forEach((fold) => { fold.open = true; });
      });
      addEventListener("afterprint", () => unfolded.forEach((fold) => { fold.open = false; }));
      if (!bar) return;
      bar.hidden = false;
      const [text, state, severity, target] = ["text", "state", "severity", "target"].map((name) => byId("filter-" + name));
      const rows = [...document.querySelectorAll("tr[data-s]")].map((row) => ({ row, words: null }));
      const cards = [...document.querySelectorAll("[data-card]")];
      const unfold = byId("unfold");
      const apply = () => {
        const wanted = text.value.trim().toLowerCase();
        const [s, v, t] = [state, severity, target].map((select) => (select ? select.value : ""));
        let shown = 0;
        for (const entry of rows) {
          const data = entry.row.dataset;
          let fits = (!s || data.s === s) && (!v || data.v === v) && (!t || data.t === t);
          if (fits && wanted) {
            const card = entry.row.closest("[data-card]");
            entry.words ??= ((card ? card.querySelector("h3").textContent + card.querySelector(".meta").textContent : "")
              + entry.row.textContent).toLowerCase();
            fits = entry.words.includes(wanted);
          }
          entry.row.hidden = !fits;
          if (fits) shown += 1;
        }
        for (const card of cards) card.hidden = !card.querySelector("tr[data-s]:not([hidden])");
        const active = Boolean(wanted || s || v || t);
        bar.classList.toggle("active", active);
        byId("filter-count").textContent = active ? shown + " of " + rows.length + " rows shown" : "";
        if (s === "passed") folds().forEach((fold) => { if (fold.closest("#passed")) fold.open = true; });
      };
      let timer = 0;
      text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 150); });
      for (const select of [state, severity, target]) if (select) select.addEventListener("change", apply);
      byId("filter-reset").addEventListener("click", () => {
        text.value = "";
        for (const select of [state, severity, target]) if (select) select.value = "";
        apply();
        text.focus();
      });
      unfold.addEventListener("click", () => {
        const open = unfold.getAttribute("aria-pressed") !== "true";
        unfold.setAttribute("aria-pressed", String(open));
        folds().forEach((fold) => { fold.open = open; });
      });
      const reveal = () => {
        const row = byId(location.hash.slice(1));
        if (row && row.matches("tr[data-s]") && row.hidden) byId("filter-reset").click();
        if (row && row.matches("tr[data-s]")) row.scrollIntoView({ block: "center" });
      };
      addEventListener("hashchange", reveal);
    })();

    """
}
