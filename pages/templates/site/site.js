// Search in the site and in the page. Nothing is fetched: an index is a script that calls `sourcebook`.
"use strict";

const plain = (text) => text.normalize("NFKD").toLowerCase()
  .replace(/[\p{M}'`´‘’‛′ʹʻʼʽʾʿˈ]/gu, "").match(/[\p{L}\p{N}]+/gu) || [];

// --- in the page ---------------------------------------------------------------------------------

const find = document.querySelector(".find");
const items = [...document.querySelectorAll("main .fact, main tbody tr, main .names li")];
if (find && items.length > 9) {
  find.hidden = false;
  const texts = items.map((item) => plain(item.textContent).join(" "));
  find.querySelector("input").addEventListener("input", (event) => {
    const words = plain(event.target.value);
    let shown = 0;
    items.forEach((item, n) => {
      item.hidden = !words.every((word) => texts[n].includes(word));
      shown += !item.hidden;
    });
    document.body.classList.toggle("filtered", words.length > 0);
    find.querySelector("output").textContent = words.length ? `${shown} of ${items.length}` : "";
  });
}

// A list stands for the picture where there is no room for it.
if (matchMedia("(max-width: 820px)").matches)
  for (const list of document.querySelectorAll("details.listed")) list.open = true;

// --- in the site ---------------------------------------------------------------------------------

const results = document.getElementById("results");
if (results) {
  const box = document.getElementById("q");
  const answer = document.getElementById("answer");
  const more = document.getElementById("more");
  const shards = new Set(results.dataset.shards.split(" "));
  const depth = Math.max(...[...shards].map((name) => name.replace(/_[0-9a-f]+/g, "_").length));
  const chunk = Number(results.dataset.chunk);
  const waiting = {};
  window.sourcebook = (name, value) => waiting[name].done(value);
  const load = (name) => {
    if (!waiting[name]) {
      const it = waiting[name] = {};
      it.value = new Promise((done) => { it.done = done; });
      const script = document.createElement("script");
      script.src = `search/${name}.js`;
      document.head.append(script);
    }
    return waiting[name].value;
  };
  const shardOf = (word) => [...word].slice(0, depth)
    .map((sign) => /[a-z0-9]/.test(sign) ? sign : `_${sign.codePointAt(0).toString(16)}`).join("");

  // Return the score of each entry that has a word beginning like this: a whole word counts more,
  // and most of all a word of its title.
  const matching = async (word) => {
    const name = shardOf(word), scores = new Map();
    if (!shards.has(name)) return scores;
    const index = await load(name);
    for (const [key, entries] of Object.entries(index))
      if (key.startsWith(word))
        for (const code of entries) {
          const entry = code >> 1, score = 2 * (code & 1) + (key === word) + 1;
          scores.set(entry, Math.max(scores.get(entry) || 0, score));
        }
    return scores;
  };

  let latest = 0;
  const show = async () => {
    const turn = ++latest;
    const words = plain(box.value);
    const found = await Promise.all(words.map(matching));
    let entries = found.length ? [...found[0].keys()] : [];
    entries = entries.filter((entry) => found.every((scores) => scores.has(entry)));
    const score = (entry) => found.reduce((sum, scores) => sum + scores.get(entry), 0);
    entries.sort((a, b) => score(b) - score(a) || a - b);
    if (turn !== latest) return;
    results.replaceChildren();
    answer.textContent = words.length ? `${entries.length || "No"} result${entries.length === 1 ? "" : "s"}` : "";
    more.onclick = () => add(entries, turn);
    await add(entries, turn);
  };
  const add = async (entries, turn) => {
    const next = entries.slice(results.children.length, results.children.length + 30);
    const rows = await Promise.all(next.map(async (entry) =>
      (await load(`entries-${Math.floor(entry / chunk)}`))[entry % chunk]));
    if (turn !== latest) return;
    for (const [kind, title, address] of rows) {
      const item = document.createElement("li"), link = document.createElement("a");
      const note = document.createElement("span");
      link.href = address;
      link.textContent = title;
      note.textContent = kind;
      item.append(note, " ", link);
      results.append(item);
    }
    more.hidden = results.children.length >= entries.length;
  };
  box.value = new URLSearchParams(location.search).get("q") || "";
  box.addEventListener("input", show);
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(box.value)}`);
    show();
  });
  show();
}
