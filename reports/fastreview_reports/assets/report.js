"use strict";
(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  root.dataset.script = "on";

  const remembered = (() => { try { return localStorage.getItem("fastreview-theme"); } catch { return null; } })();
  if (remembered === "dark" || remembered === "light") root.dataset.theme = remembered;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const name = () => { find("theme").textContent = isDark() ? "Light" : "Dark"; };
  find("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("fastreview-theme", root.dataset.theme); } catch { /* a file without storage */ }
    name();
  });
  name();

  const reveal = () => {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = id && find(id);
    if (!target) return;
    if (target.closest("[hidden]")) { find("filter").reset(); apply(); }
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  const groups = [...document.querySelectorAll("#findings details.group")].map((node) => ({
    node,
    dimension: node.dataset.dimension,
    status: node.closest("[data-status]").dataset.status,
    title: node.querySelector("summary").textContent.toLowerCase(),
    findings: [...node.querySelectorAll(".finding")].map((item) => ({ item, severity: item.dataset.severity, text: item.textContent.toLowerCase() })),
  }));
  const folds = [...document.querySelectorAll("#findings details:not(.page)")];
  const before = new Map(folds.map((fold) => [fold, fold.open]));
  let filtering = false;

  const apply = () => {
    const words = find("query").value.toLowerCase().split(/\s+/).filter(Boolean);
    const dimension = find("by-dimension").value;
    const severity = find("by-severity").value;
    const status = find("by-status").value;
    const active = Boolean(words.length || dimension || severity || status);
    let shown = 0;
    let all = 0;
    for (const group of groups) {
      const fits = (!dimension || group.dimension === dimension) && (!status || group.status === status);
      let inside = 0;
      for (const { item, severity: own, text } of group.findings) {
        const keep = fits && (!severity || own === severity) && words.every((word) => text.includes(word) || group.title.includes(word));
        item.hidden = !keep;
        inside += keep;
      }
      group.node.hidden = inside === 0;
      shown += inside;
      all += group.findings.length;
    }
    for (const box of document.querySelectorAll("#findings details.apart")) box.hidden = !box.querySelector("details.group:not([hidden])");
    for (const more of document.querySelectorAll("#findings details.more")) more.hidden = !more.querySelector(".finding:not([hidden])");
    if (active) for (const fold of folds) fold.open = !fold.hidden && shown <= 150;
    else if (filtering) for (const fold of folds) fold.open = before.get(fold);
    filtering = active;
    find("shown").textContent = active ? `${shown} of ${all} findings shown` : "";
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
  addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details.group, details.level, details.apart")) fold.open = true; });
  reveal();
})();
