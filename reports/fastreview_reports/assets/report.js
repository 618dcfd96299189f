"use strict";
(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  root.dataset.script = "on";

  // Light and dark, kept where the browser lets a file keep something; paper.
  const remembered = (() => { try { return localStorage.getItem("fastreview-theme"); } catch { return null; } })();
  if (remembered === "dark" || remembered === "light") root.dataset.theme = remembered;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const name = () => { find("theme").textContent = isDark() ? "Light theme" : "Dark theme"; };
  find("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("fastreview-theme", root.dataset.theme); } catch { /* a file without storage */ }
    name();
  });
  name();
  find("print").addEventListener("click", () => print());

  // A link into a fold opens it, and lifts a filter that hides its target.
  const reveal = () => {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = id && (find(id) ?? find(`check-${id.toLowerCase()}`) ?? find(`possible-${id.toLowerCase()}`));
    if (!target) return;
    if (target.closest("[hidden]")) { for (const form of all("form")) form.reset(); apply(); applyRoutes(); }
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  // Filters of the findings.
  const label = (item) => item.querySelector("b")?.textContent ?? "";
  const isRoute = (text) => /^(?:[A-Z]+) \//.test(text);
  const groups = all("#findings details.group").map((node) => ({
    node,
    dimension: node.dataset.dimension,
    level: node.dataset.level,
    status: node.closest("[data-status]").dataset.status,
    title: node.querySelector("summary").textContent.toLowerCase(),
    findings: all(".finding", node).map((item) => ({
      item,
      severity: item.dataset.severity,
      confidence: item.dataset.confidence,
      age: item.dataset.age,
      file: (item.querySelector(".place")?.textContent ?? "").replace(/:\d+$/, ""),
      route: label(item),
      text: item.textContent.toLowerCase(),
    })),
  }));
  const offer = (select, values) => {
    for (const value of [...new Set(values)].filter(Boolean).sort()) select.append(new Option(value));
  };
  const every = groups.flatMap((group) => group.findings);
  offer(find("by-file"), every.map((one) => one.file));
  offer(find("by-route"), every.map((one) => one.route).filter(isRoute));
  const folds = all("#findings details:not(.page)");
  const before = new Map(folds.map((fold) => [fold, fold.open]));
  let filtering = false;

  const apply = () => {
    const words = find("query").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [dimension, level, severity, confidence, status, age, route, file] =
      ["dimension", "level", "severity", "confidence", "status", "age", "route", "file"].map((one) => find(`by-${one}`)?.value ?? "");
    const active = Boolean(words.length || dimension || level || severity || confidence || status || age || route || file);
    let shown = 0;
    for (const group of groups) {
      const fits = (!dimension || group.dimension === dimension) && (!level || group.level === level) && (!status || group.status === status);
      let inside = 0;
      for (const one of group.findings) {
        const keep = fits && (!severity || one.severity === severity) && (!confidence || one.confidence === confidence)
          && (!age || one.age === age) && (!route || one.route === route) && (!file || one.file === file)
          && words.every((word) => one.text.includes(word) || group.title.includes(word));
        one.item.hidden = !keep;
        inside += keep;
      }
      group.node.hidden = inside === 0;
      shown += inside;
    }
    for (const box of all("#findings details.apart")) box.hidden = !box.querySelector("details.group:not([hidden])");
    for (const more of all("#findings details.more")) more.hidden = !more.querySelector(".finding:not([hidden])");
    if (active) for (const fold of folds) fold.open = !fold.hidden && shown <= 150;
    else if (filtering) for (const fold of folds) fold.open = before.get(fold);
    filtering = active;
    find("shown").textContent = active ? `${shown} of ${every.length} findings shown` : "";
  };
  const form = find("filter");
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  find("expand").addEventListener("click", () => {
    const open = find("expand").textContent === "Expand all";
    for (const fold of folds) fold.open = open;
    find("expand").textContent = open ? "Fold all" : "Expand all";
  });

  // Filter of the routes; the number of findings of a route leads to them.
  const routes = all(".routes tbody tr").map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const applyRoutes = () => {
    if (!routes.length) return;
    const words = find("route-query").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = find("route-kind").value;
    const kinds = {
      "": () => true,
      public: (row) => row.children[2].classList.contains("none"),
      untested: (row) => row.children[5].classList.contains("none"),
      found: (row) => !row.children[6].classList.contains("none"),
    };
    let shown = 0;
    for (const { row, text } of routes) {
      row.hidden = !(kinds[kind](row) && words.every((word) => text.includes(word)));
      shown += !row.hidden;
    }
    find("routes-shown").textContent = words.length || kind ? `${shown} of ${routes.length} routes shown` : "";
  };
  find("route-filter")?.addEventListener("input", applyRoutes);
  find("route-filter")?.addEventListener("submit", (event) => event.preventDefault());
  for (const { row } of routes) {
    row.querySelector(".num a")?.addEventListener("click", (event) => {
      event.preventDefault();
      form.reset();
      find("by-route").value = `${row.querySelector(".verb").textContent} ${row.querySelector(".path").textContent}`;
      apply();
      find("findings").scrollIntoView();
      find("by-route").focus({ preventScroll: true });
    });
  }

  // A link to each section, check, finding and route, to be copied.
  const copy = async (id) => {
    const url = new URL(`#${id}`, location.href).href;
    history.replaceState(null, "", url);
    let said = "Link copied";
    try { await navigator.clipboard.writeText(url); } catch { said = "The link is in the address bar"; }
    find("said").textContent = "";
    setTimeout(() => { find("said").textContent = said; });
  };
  const offerLink = (id, place, what) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "#";
    button.setAttribute("aria-label", `Copy a link to ${what}`);
    button.addEventListener("click", () => copy(id));
    place.append(button);
  };
  for (const heading of all("section[id] > h2")) {
    const head = document.createElement("div");
    head.className = "head";
    heading.replaceWith(head);
    head.append(heading);
    offerLink(head.parentElement.id, head, `the section ${heading.textContent}`);
  }
  for (const { node } of groups) {
    const page = node.querySelector(":scope > .page");
    const place = document.createElement("p");
    place.className = "own";
    node.insertBefore(place, page ?? node.children[1]);
    offerLink(node.id, place, `this check, ${node.querySelector(".code").textContent}`);
  }
  for (const { item, file } of every) offerLink(item.id, item.querySelector(".where") ?? item, `this finding in ${file}`);
  for (const { row } of routes) offerLink(row.id, row.children[0], `this route`);

  // Where one is.
  const links = new Map(all(".contents a").map((link) => [link.hash.slice(1), link]));
  if ("IntersectionObserver" in window) {
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting && links.has(entry.target.id)) {
          for (const link of links.values()) link.removeAttribute("aria-current");
          const link = links.get(entry.target.id);
          link.setAttribute("aria-current", "true");
          const strip = link.closest("nav");
          if (strip.scrollWidth > strip.clientWidth) strip.scrollLeft = link.offsetLeft - strip.clientWidth / 3;
        }
      }
    }, { rootMargin: "-20% 0px -70%" });
    for (const section of all("section[id]")) seen.observe(section);
  }

  addEventListener("beforeprint", () => { for (const fold of all("details.group, details.level, details.apart, .weeks details")) fold.open = true; });
  reveal();
})();
