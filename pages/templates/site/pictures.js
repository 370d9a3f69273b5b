
// Pictures: a filter for timelines; zoom and an actor's neighbours for networks.
const made = (tag, words, type) => {
  const element = document.createElement(tag);
  element.append(words);
  if (type) element.type = type;
  return element;
};

// Show a part of the picture: `factor` times as wide, around a place in it.
const zooming = (svg) => {
  const view = svg.viewBox.baseVal, { width, height } = view;
  const show = (x, y, wide) => {
    const w = Math.min(width, Math.max(width / 8, wide)), h = w * height / width;
    view.x = Math.min(Math.max(0, x), width - w);
    view.y = Math.min(Math.max(0, y), height - h);
    [view.width, view.height] = [w, h];
    svg.classList.toggle("zoomed", w < width);
  };
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
  };
  const zoom = (factor, [right, down] = [0.5, 0.5]) => {
    const w = Math.min(width, Math.max(width / 8, view.width * factor)), h = w * height / width;
    show(view.x + (view.width - w) * right, view.y + (view.height - h) * down, w);
  };
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.8 : 1.25, at(event));
  }, { passive: false });
  let from = null, moved = false;
  svg.addEventListener("pointerdown", (event) => {
    moved = false;
    if (view.width < width) from = [event.clientX, event.clientY, view.x, view.y];
  });
  svg.addEventListener("pointermove", (event) => {
    if (!from) return;
    const scale = view.width / svg.getBoundingClientRect().width;
    const [x, y] = [(event.clientX - from[0]) * scale, (event.clientY - from[1]) * scale];
    moved ||= Math.abs(x) + Math.abs(y) > 4;
    show(from[2] - x, from[3] - y, view.width);
  });
  for (const name of ["pointerup", "pointerleave"]) svg.addEventListener(name, () => { from = null; });
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  // Whoever drags doesn't follow the link under the pointer.
  svg.addEventListener("click", (event) => { if (moved) event.preventDefault(); }, true);
  svg.addEventListener("focusin", (event) => {
    if (view.width === width) return;
    const box = event.target.getBBox();
    show(box.x + (box.width - view.width) / 2, box.y + (box.height - view.height) / 2, view.width);
  });
  const buttons = [["Zoom in", 0.7], ["Zoom out", 1 / 0.7], ["All of it", 99]].map(([words, factor]) => {
    const button = made("button", words, "button");
    button.addEventListener("click", () => zoom(factor));
    return button;
  });
  return buttons;
};

// Fade what isn't joined to the actor that the pointer or the keyboard is at.
const neighbours = (svg) => {
  const edges = [...svg.querySelectorAll("[data-ends]")], boxes = [...svg.querySelectorAll("[data-actor]")];
  const light = (key) => {
    const near = new Set(key ? [key] : []);
    for (const edge of edges) {
      const ends = edge.dataset.ends.split(" ");
      if (ends.includes(key)) ends.forEach((end) => near.add(end));
      edge.classList.toggle("faint", Boolean(key) && !ends.includes(key));
    }
    for (const box of boxes) box.classList.toggle("faint", Boolean(key) && !near.has(box.dataset.actor));
  };
  for (const box of boxes) {
    for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, () => light(box.dataset.actor));
    for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, () => light(""));
  }
};

// Boxes to tick: facts of what sort, and stated how, are shown.
const filters = (svg) => {
  const facts = [...svg.querySelectorAll("[data-sort]")];
  for (const { dataset } of facts) dataset.stated ||= "stated, or reported, as a fact";
  const off = new Set();
  const values = new Map();
  for (const name of ["sort", "stated"])
    for (const { dataset } of facts) values.set(dataset[name], (values.get(dataset[name]) || 0) + 1);
  if (values.size < 3) return [];
  return [...values].map(([value, count]) => {
    const label = made("label", ""), box = made("input", "", "checkbox");
    box.checked = true;
    box.addEventListener("change", () => {
      off[box.checked ? "delete" : "add"](value);
      for (const fact of facts)
        fact.classList.toggle("off", off.has(fact.dataset.sort) || off.has(fact.dataset.stated));
    });
    label.append(box, ` ${value} (${count})`);
    return label;
  });
};

for (const svg of document.querySelectorAll("figure svg.picture")) {
  const network = svg.querySelector("[data-actor]");
  const tools = made("div", "");
  tools.className = "tools";
  tools.append(...(network ? zooming(svg) : filters(svg)));
  svg.before(tools);
  if (network) neighbours(svg);
}
