"use strict";
// The drawing of letters/flow.py, made again for the day that the slider chose: same order, same places, same words.
globalThis.comityFlow = (() => {
  const NODE = 12, GAP = 13, LEAST = 1.2, ROOM = 240;
  const number = (n) => n.toLocaleString("en-US");
  const counted = (n) => `${number(n)} account${n === 1 ? "" : "s"}`;
  const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
  const escape = (text) => String(text).replace(/[&<>"']/g, (mark) => marks[mark]);
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  const stacked = (ids, bands, side, high) => {
    const highs = ids.map((id) => sum(bands.filter((band) => band[side] === id).map((band) => band.size)));
    const gap = (high - sum(highs)) / Math.max(1, ids.length), found = {};
    let y = gap / 2;
    ids.forEach((id, at) => { found[id] = [y, y + highs[at]]; y += highs[at] + gap; });
    return found;
  };

  const drawn = (flow, roomy) => {
    if (!flow.links.length) return "";
    const most = Math.max(flow.stores.length, flow.places.length);
    const width = roomy ? 1040 : 340, least = GAP * most + LEAST * 2 * flow.links.length;
    const high = Math.max(roomy ? 460 : 420, 34 * most, Math.round(least) + ROOM);
    const scale = (high - least) / sum(flow.links.map((link) => link.all));
    const bands = flow.links.flatMap((link) => ["compelled", "conflict"].filter((kind) => link[kind]).map((kind) =>
      ({ store: link.store, place: link.place, kind, accounts: link[kind], size: Math.max(LEAST, link[kind] * scale) })));
    const left = stacked(flow.stores.map(([id]) => id), bands, "store", high);
    const right = stacked(flow.places.map(([code]) => code), bands, "place", high);
    const name = `flow-${flow.category}-${roomy ? "wide" : "narrow"}`, called = Object.fromEntries(flow.places);
    const from = {}, to = {}, bend = width / 2, end = width - NODE, f = (n) => n.toFixed(1);
    const shapes = bands.map(({ store, place, kind, accounts, size }) => {
      const y = from[store] ?? left[store][0], z = to[place] ?? right[place][0];
      from[store] = y + size; to[place] = z + size;
      const d = `M${NODE} ${f(y)}C${bend} ${f(y)} ${bend} ${f(z)} ${end} ${f(z)}V${f(z + size)}C${bend} ${f(z + size)} ${bend} ${f(y + size)} ${NODE} ${f(y + size)}z`;
      const texture = kind === "conflict" ? `<path d="${d}" fill="url(#cross)"/>` : "";
      const says = escape(`${store} to ${called[place]}: ${counted(accounts)} ${kind === "conflict" ? "in conflict" : kind}`);
      return `<g class="band ${kind}"><title>${says}</title><path d="${d}" class="fill"/>${texture}</g>`;
    });
    const node = ([begin, stop], x, text, anchor, label) => `<rect x="${x}" y="${f(begin)}" width="${NODE}" height="${f(Math.max(1.5, stop - begin))}" class="node"/>`
      + `<text x="${text}" y="${f((begin + stop) / 2 + 4)}" text-anchor="${anchor}">${escape(label)}</text>`;
    const stores = flow.stores.map(([id, stands, accounts]) =>
      node(left[id], 0, NODE + 7, "start", roomy ? `${id} · ${stands} · ${counted(accounts)}` : id));
    const places = flow.places.map(([code, word]) =>
      node(right[code], end, end - 7, "end", roomy ? `${word} · ${number(flow.total[code])}` : `${code} ${number(flow.total[code])}`));
    const says = escape(`${flow.category}: from each store to the states that it is exposed to`);
    return `<svg viewBox="0 0 ${width} ${high + 4}" role="img" aria-labelledby="${escape(name)}" class="flow ${roomy ? "broad" : "slim"}">`
      + `<title id="${escape(name)}">${says}; the table says the same in numbers.</title>${shapes.join("")}${stores.join("")}${places.join("")}</svg>`;
  };

  const table = (links, name) => links.map(({ store, place, compelled, conflict }) => `<tr><th scope="row">${escape(store)}</th>`
    + `<td class="text">${escape(name(place))}</td><td>${compelled ? number(compelled) : "·"}</td><td>${conflict ? number(conflict) : "·"}</td></tr>`).join("");

  return (ends, names, every) => {
    for (const part of document.querySelectorAll("[data-flow]")) {
      const category = part.dataset.flow, { stores, most } = ends[category], name = (code) => names[code] || code;
      const links = every.filter(([of, , , compelled, conflict]) => of === category && compelled + conflict)
        .map(([, store, place, compelled, conflict]) => ({ store, place, compelled, conflict, all: compelled + conflict }))
        .sort((a, b) => compare(a.place, b.place) || compare(a.store, b.store));
      const total = {};
      for (const link of links) total[link.place] = (total[link.place] || 0) + link.all;
      const codes = Object.keys(total).sort((a, b) => total[b] - total[a] || compare(a, b)), shown = codes.slice(0, most);
      const within = links.filter((link) => shown.includes(link.place));
      const flow = { category, total, links: within, places: shown.map((code) => [code, name(code)]),
        stores: stores.filter(([id]) => within.some((link) => link.store === id)) };
      part.querySelector(".wide").innerHTML = drawn(flow, true);
      part.querySelector(".tall").innerHTML = drawn(flow, false);
      part.querySelector(".nowhere").hidden = links.length > 0;
      part.querySelector("details").hidden = !links.length;
      part.querySelector("tbody").innerHTML = table(links, name);
      const more = codes.length - shown.length, [many, plural] = part.querySelectorAll(".further span");
      many.textContent = more;
      plural.textContent = more === 1 ? "" : "s";
      part.querySelector(".further").hidden = !more;
    }
  };
})();
