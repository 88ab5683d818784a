// The index of claims: filters for lanes and list, and the arrows of the claim that is pointed at.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const index = document.querySelector(".claim-index");
  if (!index) return;
  const chips = new Map([...index.querySelectorAll(".claim-chip")].map(chip => [chip.dataset.label, chip]));
  const rows = [...index.querySelectorAll("tbody tr")];
  const lists = [...index.querySelectorAll(".claim-list")];
  let filtered = false;
  const form = index.querySelector(".claim-filters");
  const arrows = index.querySelector(".claim-arrows");
  const card = index.querySelector(".claim-card");
  const hint = card.innerHTML;
  const uses = label => chips.get(label).dataset.uses.split(" ").filter(each => chips.has(each));
  const usedBy = new Map([...chips.keys()].map(label => [label, []]));
  for (const label of chips.keys()) for (const used of uses(label)) usedBy.get(used).push(label);

  const reach = (label, next) => {  // all that lies that way, without the claim itself
    const found = new Set(), open = [label];
    while (open.length) for (const each of next(open.pop())) if (!found.has(each)) { found.add(each); open.push(each); }
    return found;
  };

  form.hidden = false;
  form.addEventListener("submit", event => event.preventDefault());
  const filter = () => {
    const wanted = [...form.querySelectorAll("[data-filter]")].map(field => [field.dataset.filter, field.value.trim().toLowerCase()]);
    const fits = data => wanted.every(([name, value]) => !value ||
      (name === "words" ? value.split(/\s+/).every(word => data.words.includes(word)) : data[name] === value));
    let number = 0;
    for (const row of rows) { row.hidden = !fits(row.dataset); number += !row.hidden; }
    const asked = wanted.some(([, value]) => value);
    for (const list of lists) {  // what is found is seen
      list.hidden = asked && !list.querySelector("tbody tr:not([hidden])");
      if (asked !== filtered) list.open = asked;
    }
    filtered = asked;
    for (const chip of chips.values()) chip.classList.toggle("filtered", !fits(chip.dataset));
    form.querySelector("output").textContent = `${number} of ${rows.length} claims`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));

  const svg = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const arrow = (from, to, kind) => {
    const ground = arrows.getBoundingClientRect();
    const [a, b] = [from, to].map(label => chips.get(label).getBoundingClientRect());
    const down = b.top >= a.bottom, up = b.bottom <= a.top;
    const x0 = a.left + a.width / 2 - ground.left, x1 = b.left + b.width / 2 - ground.left;
    const y0 = (down ? a.bottom : a.top) - ground.top, y1 = (up ? b.bottom : b.top) - ground.top;
    const bend = down || up ? (y0 + y1) / 2 : Math.min(y0, y1) - 18;
    arrows.append(svg("path", {class: kind, d: `M${x0},${y0} C${x0},${bend} ${x1},${bend} ${x1},${y1}`}));
    arrows.append(svg("circle", {class: kind, cx: x1, cy: y1, r: 3}));
  };

  let shown = null;
  const clear = () => {
    shown = null;
    arrows.replaceChildren();
    index.classList.remove("pointed");
    for (const chip of chips.values()) chip.classList.remove("self", "below", "above");
    card.innerHTML = hint;
  };
  const list = labels => {
    const part = document.createDocumentFragment();
    labels.forEach((label, i) => {
      const link = document.createElement("a");
      Object.assign(link, {href: chips.get(label).href, textContent: label, title: chips.get(label).dataset.title});
      part.append(i ? ", " : "", link);
    });
    return part;
  };
  const show = label => {
    if (shown === label) return;
    clear();
    shown = label;
    index.classList.add("pointed");
    const below = reach(label, uses), above = reach(label, each => usedBy.get(each)), data = chips.get(label).dataset;
    chips.get(label).classList.add("self");
    for (const each of below) chips.get(each).classList.add("below");
    for (const each of above) chips.get(each).classList.add("above");
    for (const each of [label, ...below]) for (const used of uses(each)) arrow(used, each, "below");
    for (const each of usedBy.get(label)) arrow(label, each, "above");
    const title = document.createElement("p"), about = document.createElement("p"), links = document.createElement("p");
    const name = document.createElement("strong");
    name.textContent = `${label} ${data.title}`;
    title.append(name);
    about.textContent = `${data.topic.replace("_", " ")}; ${data.provenance}, ${data.proof}; ${data.status}; weakest link: ${data.rests}`;
    const further = below.size - uses(label).length;
    links.append(uses(label).length ? "rests on " : "rests on no other claim", list(uses(label)), further > 0 ? ` and ${further} below` : "");
    if (usedBy.get(label).length) links.append("; used by ", list(usedBy.get(label)));
    card.replaceChildren(title, about, links);
  };
  let touched = false;
  for (const [label, chip] of chips) {
    chip.removeAttribute("title");  // the card says it
    chip.addEventListener("pointerdown", event => { touched = event.pointerType === "touch" && shown !== label; });
    chip.addEventListener("pointerenter", event => { if (event.pointerType !== "touch") show(label); });
    chip.addEventListener("focus", () => show(label));
    chip.addEventListener("click", event => { if (touched) { event.preventDefault(); show(label); } touched = false; });
  }
  index.addEventListener("keydown", event => { if (event.key === "Escape") clear(); });
  window.addEventListener("resize", clear);
});
