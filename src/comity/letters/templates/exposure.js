"use strict";
(() => {
  const draw = globalThis.comityFlow;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const number = (n) => n.toLocaleString("en-US");
  const share = (part, whole) => {
    if (!part || !whole) return "0 %";
    if (part === whole) return "100 %";
    const cent = (100 * part) / whole;
    return cent < 1 ? "under 1 %" : cent > 99 ? "over 99 %" : `${Math.round(cent)} %`;
  };

  const open = () => {
    const target = location.hash && one(location.hash.slice(1));
    if (!target) return;
    const details = target.matches("details") ? target : target.classList.contains("anchor") ? all(".anchor ~ details", target.parentNode)
      .find((each) => target.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING) : target.querySelector("details");
    if (details) { details.open = true; details.querySelector("summary").focus({ preventScroll: true }); details.scrollIntoView(); }
  };
  addEventListener("hashchange", open);
  open();

  const filters = ["place", "category", "verdict"].map((name) => [name, one(`filter-${name}`)]);
  const lines = all(".held > li");
  const filter = () => {
    let shown = 0;
    for (const line of lines) {
      line.hidden = filters.some(([name, select]) => select.value && !line.dataset[name].split(" ").includes(select.value));
      shown += !line.hidden;
    }
    one("filtered").textContent = `${number(shown)} of ${number(lines.length)} shown`;
  };
  if (lines.length) {
    filters.forEach(([, select]) => select.addEventListener("change", filter));
    const form = document.querySelector(".filter");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    filter();
  }

  const { days, verdicts, names, ends, on } = JSON.parse(one("series").textContent);
  const slider = one("day");
  if (!slider) return;
  const each = (what) => days.reduce((found, day) => [...found, { ...found.at(-1), ...day[what] }], []);
  const pictures = each("numbers"), standings = each("stands");
  const flows = days.reduce((found, day) => [...found, new Map([...(found.at(-1) || []),
    ...day.flows.map(([...link]) => [link.slice(0, 3).join(" "), link])])], []);
  const own = lines.map((line) => [line.dataset.verdict, verdicts.map((v) => (v === line.dataset.verdict ? Number(line.dataset.accounts) : 0))]);
  const chip = (verdict, text) => {
    const made = document.createElement("span");
    made.className = `word ${verdict}`;
    made.textContent = text;
    return made;
  };
  const stand = (at, last) => lines.forEach((line, n) => {
    const [verdict, counts] = own[n], then = standings[at][n] || counts;
    const left = Number(line.dataset.accounts) - then.reduce((a, b) => a + b);
    const parts = then.map((many, rank) => [many, verdicts[rank]]).filter(([many]) => many);
    if (left) parts.push([left, "not asked for"]);
    const said = ([many, word]) => [" ", chip(word.replaceAll(" ", "-"), parts.length > 1 ? `${number(many)} ${word}` : word)];
    line.dataset.verdict = last ? verdict : parts.map(([, word]) => word).join(" ");
    const changed = parts.length > 1 || parts[0][1] !== verdict;
    const told = changed ? [`on ${days[at].on}`, ...parts.flatMap(said), `; on ${on}: `] : [`on ${days[at].on} as on ${on}: `];
    line.querySelector(".then").replaceChildren(...(last ? [] : told));
  });
  const bar = (counts) => counts.map((n, at) => {
    const part = document.createElement("i");
    part.className = verdicts[at];
    part.style.flexGrow = n;
    return n ? part : "";
  });
  const gist = (counts, total) => !total ? "not asked for" : counts[0] + counts[1] ? `${share(counts[0] + counts[1], total)} exposed`
    : counts[2] ? `${share(counts[2], total)} open` : "none exposed";
  const says = (name, category, counts, total) => `${name}, ${category}: ` + (total ? `of ${number(total)} accounts ` + counts
    .map((n, at) => (n ? `${number(n)} ${verdicts[at]}` : "")).filter(Boolean).join(", ") : "no demand known");
  const show = () => {
    const at = Number(slider.value), last = at === days.length - 1, picture = pictures[at];
    const of = (key) => { const counts = picture[key] || [0, 0, 0, 0, 0]; return [counts, counts.reduce((a, b) => a + b)]; };
    for (const cell of all("[data-cell]")) {
      const [counts, total] = of(cell.dataset.cell);
      cell.querySelector(".bar").replaceChildren(...bar(counts));
      cell.querySelector(".gist").textContent = gist(counts, total);
    }
    for (const row of all("[data-row]")) {
      const [counts] = of(row.dataset.row);
      all("td", row).forEach((td, n) => { td.textContent = counts[n] ? number(counts[n]) : "·"; });
    }
    for (const state of all(".state")) {
      const category = state.closest(".for").dataset.category, [counts, total] = of(`${state.dataset.of}/${category}`);
      const kind = verdicts[counts.findIndex(Boolean)] || "none", text = says(state.dataset.name, category, counts, total);
      const part = counts[0] + counts[1] || counts[2];
      const depth = !part || 2 * part >= total ? "" : 10 * part >= total ? "some" : "few";
      state.setAttribute("class", `state ${kind} ${depth}`);
      state.setAttribute("aria-label", text);
      state.querySelector("title").textContent = text;
    }
    for (const code of all(".code.share")) {
      const [counts, total] = of(`${code.dataset.of}/${code.closest(".for").dataset.category}`);
      code.textContent = counts[0] + counts[1] ? share(counts[0] + counts[1], total) : "";
    }
    draw(ends, names, [...flows[at].values()]);
    stand(at, last);
    if (lines.length) filter();
    all(".changes > li").forEach((line) => line.classList.toggle("now", at > 0 && line.id === `change-${days[at].on}`));
    const then = one("then"), link = document.createElement("a");
    const until = last ? "as all of this page has it" : `until ${days[at + 1].on}`;
    link.href = `#change-${days[at].on}`;
    link.textContent = "what changed then";
    then.replaceChildren(`${at ? "since " : "from "}${days[at].on}, ${until}${at ? ": " : ""}`, at ? link : "");
    slider.setAttribute("aria-valuetext", `${days[at].on}, ${until}`);
    all(".then-note").forEach((note) => { note.hidden = last; });
    all(".then-day").forEach((day) => { day.textContent = days[at].on; });
  };
  const step = (by) => () => { slider.value = Number(slider.value) + by; show(); };
  one("earlier").addEventListener("click", step(-1));
  one("later").addEventListener("click", step(1));
  slider.addEventListener("input", show);
  slider.closest(".time").hidden = false;
  show();
})();
