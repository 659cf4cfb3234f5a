"use strict";
(() => {
  const ROW = 36, RADIUS = 5, LEFT = 22, COLORS = 6, LANES_WIDTH = 260, NEAR = 12, EVERY = 5000;
  const SVG = "http://www.w3.org/2000/svg";
  const STATES = {
    up_to_date: () => "Up to date",
    pending: (data) => `${data.pending} pending`,
    in_progress: () => "In progress",
    unknown_revision: () => "Unknown revision",
    unreachable: () => "Unreachable",
  };
  const FORGOTTEN = { applied: null, is_current: null, standing: null, last_step: null, failure: null };
  const byId = (id) => document.getElementById(id);
  const page = { lines: byId("lines"), list: byId("list"), graph: byId("graph"), details: byId("details"), search: byId("search"),
    state: byId("state"), place: byId("place"), filters: byId("filters"), found: byId("found"), notice: byId("notice"), empty: byId("empty"),
    environment: byId("environment"), views: byId("views"), history: byId("history"), steps: byId("steps"), none: byId("none") };
  const embedded = JSON.parse(byId("data").textContent);
  const scripts = new Map(Object.entries(embedded?.scripts ?? {}));
  const isLive = embedded === null;

  let data = null;        // the document that is shown
  let rowOf = new Map();  // the row of each revision, by its id
  let rows = [];          // what is listed of each revision
  let texts = [];         // what is searched in each row
  let children = new Map();
  let visible = [];       // the rows that are listed
  let chosen = null;      // the id of the revision whose details are open
  let active = 0;         // the row that the Tab key reaches
  let filter = "all";
  let shownText = "";     // the document as it came, to know when there is another
  let view = "revisions"; // what is seen: the revisions, or the history

  /** Makes an element; texts become text, never markup. */
  function el(name, attributes, ...content) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...content.filter((part) => part !== null && part !== undefined && part !== ""));
    return element;
  }

  function draw(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  /** Shows what would turn, hide or break a line by its code. */
  function seen(text, keep = "") {
    return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]/g, (c) =>
      keep.includes(c) ? c : `\\u{${c.codePointAt(0).toString(16)}}`);
  }

  const when = (time) => seen(time).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, "$1 $2");
  const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

  function duration(ms) {
    if (ms < 1000) return `${ms} ms`;
    if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
    return `${Math.floor(ms / 60000)} min ${Math.floor(ms / 1000) % 60} s`;
  }

  function marks(one) {
    const marks = one.branch_labels.map((label) => el("span", { class: "tag label" }, seen(label)));
    if (one.is_current) marks.push(el("span", { class: "tag current" }, "current"));
    if (one.is_head) marks.push(el("span", { class: "tag" }, "head"));
    return marks;
  }

  // ---- the list and the lines beside it

  function gap() {
    return Math.max(3, Math.min(18, Math.floor(LANES_WIDTH / Math.max(1, data.lanes))));
  }

  /** Returns how many lanes stand beside each row; what is wide nearby counts, or else the texts would stagger. */
  function around() {
    const own = data.revisions.map((one) => one.width);
    return own.map((_, at) => Math.max(...own.slice(Math.max(0, at - NEAR), at + NEAR + 1)));
  }

  function row(one, at, indent) {
    const todo = one.failure ? "failed" : { pending: "pending", in_progress: "in progress" }[one.standing];
    const step = one.last_step;
    const time = step ? `${seen(step.started.slice(0, 10))}${step.user ? ` ${seen(step.user)}` : ""}` : "";
    const button = el("button", { class: `row ${one.standing ?? ""}${one.failure ? " failed" : ""}`, type: "button", "data-row": at, tabindex: -1 },
      el("span", { class: "dot", "aria-hidden": "true" }),
      el("bdi", { class: "message" }, seen(one.message) || "(no message)"),
      el("span", { class: "tags" }, ...marks(one)),
      el("span", { class: "id" }, seen(one.revision)),
      el("span", { class: one.failure ? "when todo bad" : todo ? "when todo" : "when" }, todo ?? time));
    button.style.setProperty("--indent", `${indent}px`);
    return el("li", {}, button);
  }

  function curve(from, to) {
    if (from.x === to.x) return `V${to.y}`;
    const middle = (from.y + to.y) / 2;
    return `C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
  }

  function drawLines() {
    const distance = gap();
    const x = (lane) => LEFT + lane * distance, y = (at) => at * ROW + ROW / 2;
    const parts = [];
    data.revisions.forEach((one, at) => {
      for (const link of one.links) {
        const points = [{ x: x(one.lane), y: y(at) }];
        if (link.to - at > 1) points.push({ x: x(link.lane), y: y(at + 1) });
        if (link.to - at > 2) points.push({ x: x(link.lane), y: y(link.to - 1) });
        points.push({ x: x(data.revisions[link.to].lane), y: y(link.to) });
        let path = `M${points[0].x} ${points[0].y}`;
        for (let k = 1; k < points.length; k += 1) path += curve(points[k - 1], points[k]);
        parts.push(draw("path", { class: `lane${link.lane % COLORS} ${link.kind}`, d: path }));
      }
      if (one.leads_out) {
        parts.push(draw("path", { class: `lane${one.lane % COLORS} dependency`, d: `M${x(one.lane)} ${y(at)}v${ROW / 2}` }));
      }
    });
    data.revisions.forEach((one, at) => {
      const unknown = data.error ? " unknown" : "";
      const look = unknown + ({ pending: " hollow", in_progress: " halfway" }[one.standing] ?? "") + (one.failure ? " bad" : "");
      const place = { cx: x(one.lane), cy: y(at) };
      parts.push(draw("circle", { class: `lane${one.lane % COLORS}${look}`, r: RADIUS, ...place }));
      if (one.is_current) parts.push(draw("circle", { class: `lane${one.lane % COLORS} around`, r: RADIUS + 3.5, ...place }));
    });
    page.lines.replaceChildren(...parts);
    page.lines.setAttribute("width", x(data.lanes) + 4);
    page.lines.setAttribute("height", data.revisions.length * ROW);
  }

  function drawList() {
    const isFiltering = filter !== "all" || terms().length > 0;
    document.body.classList.toggle("filtering", isFiltering);
    document.body.classList.toggle("bare", !data.counts);
    page.list.replaceChildren(...visible.map((at) => rows[at]));
    const chosenRow = rowOf.get(chosen);
    if (!isListed(active)) active = visible[0] ?? 0;
    if (isListed(chosenRow)) active = chosenRow;
    mark();
    page.empty.hidden = visible.length > 0;
    page.empty.textContent = data.revisions.length === 0 ? "There are no revisions yet: rev revision -m MESSAGE makes one." : "No revision is like that.";
    const found = isFiltering ? `${visible.length} of ${plural(data.revisions.length, "revision")} found` : "";
    if (page.found.textContent !== found) page.found.textContent = found;
  }

  const isListed = (at) => rows[at] !== undefined && rows[at].parentNode === page.list;
  const button = (at) => (isListed(at) ? rows[at].firstChild : null);

  /** Marks the row that is open, and lets the Tab key reach one row only. */
  function mark() {
    for (const other of page.list.querySelectorAll('[tabindex="0"], [aria-current]')) {
      other.setAttribute("tabindex", "-1");
      other.removeAttribute("aria-current");
    }
    button(active)?.setAttribute("tabindex", "0");
    if (chosen !== null) button(rowOf.get(chosen))?.setAttribute("aria-current", "true");
  }

  // ---- search and filters

  const terms = () => page.search.value.toLowerCase().split(/\s+/).filter((term) => term !== "");

  const FILTERS = [
    ["all", "All", () => true],
    ["applied", "Applied", (one) => one.applied === true],
    ["pending", "Pending", (one) => one.applied === false],
    ["failed", "Failed", (one) => Boolean(one.failure)],
    ["heads", "Heads", (one) => one.is_head],
  ];

  function drawFilters() {
    const shown = FILTERS.filter(([name, , holds]) =>
      name === "failed" ? data.revisions.some(holds) : data.counts || (name !== "applied" && name !== "pending"));
    page.filters.replaceChildren(...shown.map(([name, title, holds]) => {
      const count = data.revisions.filter(holds).length.toLocaleString("en");
      const choose = () => { filter = name; list(); };
      return el("button", { type: "button", "data-filter": name, onclick: choose }, `${title} `, el("b", {}, count));
    }));
    if (!shown.some(([name]) => name === filter)) filter = "all";
  }

  /** Lists what the search and the filter leave. */
  function list() {
    const words = terms(), holds = FILTERS.find(([name]) => name === filter)[2];
    visible = [];
    data.revisions.forEach((one, at) => {
      if (holds(one) && words.every((word) => texts[at].includes(word))) visible.push(at);
    });
    for (const other of page.filters.children) other.setAttribute("aria-pressed", String(other.dataset.filter === filter));
    drawList();
  }

  // ---- the details

  function link(id) {
    const at = rowOf.get(id), one = data.revisions[at];
    if (one === undefined) return el("span", {}, seen(id));
    return el("button", { class: "link", type: "button", onclick: () => go(id) }, `${seen(one.message) || "(no message)"} `, el("span", { class: "id" }, seen(id)));
  }

  function links(ids) {
    return ids.length === 1 ? [link(ids[0])] : [el("ul", {}, ...ids.map((id) => el("li", {}, link(id))))];
  }

  /** Says when a step ran and by whom. */
  function moment(step) {
    return `${when(step.started)} UTC${step.user ? ` by ${seen(step.user)}` : ""}${step.host ? ` on ${seen(step.host)}` : ""}`;
  }

  const after = (step) => (step.direction !== "stamp" && step.duration_ms !== null ? `, after ${duration(step.duration_ms)}` : "");

  function failed(one) {
    const step = one.failure;
    if (!step) return [];
    const error = step.error ? [el("p", { class: "error" }, seen(step.error, "\n\t"))] : [];
    return [`${seen(step.direction)} failed ${moment(step)}${after(step)}`, ...error];
  }

  function standing(one) {
    if (!one.standing) return data.error ? "not known: the database does not answer" : null;
    const step = one.last_step;
    const at = step ? moment(step) : "";
    const halfway = data.in_progress;
    if (one.standing === "in_progress" && halfway?.revision === one.revision) {
      const of = halfway.parts === null ? "" : ` of ${halfway.parts}`;
      const on = halfway.continue ? `; ${halfway.continue} goes on` : "";
      return `in progress: ${halfway.parts_done}${of} parts of its ${halfway.direction} are done, begun ${when(halfway.started)} UTC${seen(on)}`;
    }
    if (one.standing === "in_progress") return "in progress: it is between its parts";
    if (!one.applied) return step?.direction === "downgrade" ? `pending; undone ${at}` : "pending";
    if (!step) return "applied";
    const verb = step.direction === "stamp" ? "stamped" : "applied";
    return `${verb} ${at}${step.direction !== "stamp" && step.duration_ms !== null ? `, in ${duration(step.duration_ms)}` : ""}`;
  }

  function details() {
    const at = rowOf.get(chosen), one = data.revisions[at];
    page.details.hidden = one === undefined;
    if (one === undefined) return;
    const facts = [];
    const add = (name, ...content) => { if (content[0]) facts.push(el("dt", {}, name), el("dd", {}, ...content)); };
    add("State", standing(one));
    add("Failed", ...failed(one));
    if (one.down_revisions.length > 0) add(one.is_merge_point ? "Merges" : "Grows from", ...links(one.down_revisions));
    else add("Grows from", "nothing: it is a base");
    if (one.depends_on.length > 0) {
      const named = one.depends_on.map((name) => data.revisions.find((other) => other.branch_labels.includes(name))?.revision ?? name);
      add("Depends on", ...links(named));
    }
    const next = children.get(one.revision) ?? [];
    if (next.length > 0) add(next.length > 1 ? "Branches into" : "Then", ...links(next));
    add("Created", one.created ? when(one.created) : null);
    add("File", seen(one.path));
    const script = el("div", { class: "script", role: "region", tabindex: 0, "aria-label": `Script of ${seen(one.revision)}` });
    page.details.replaceChildren(
      el("button", { class: "close", type: "button", "aria-label": "Close", onclick: close }, "\u00d7"),
      el("h2", { id: "title" }, el("bdi", {}, seen(one.message) || "(no message)")),
      el("span", { class: "id" }, seen(one.revision)),
      el("div", { class: "tags" }, ...marks(one)),
      el("dl", {}, ...facts), script);
    page.details.scrollTop = 0;
    show(script, one.revision);
  }

  async function show(place, id) {
    if (!scripts.has(id)) {
      if (!isLive) return place.remove();
      place.setAttribute("aria-busy", "true");
      let text = null;
      try {
        const answer = await fetch(`api/scripts/${encodeURIComponent(id)}`);
        const found = await answer.json();
        text = answer.ok ? found.script + (found.is_cut ? "\n-- (the rest is not shown)\n" : "") : found.message;
      } catch {
        text = "-- the server does not answer";
      }
      if (!place.isConnected) return;
      place.removeAttribute("aria-busy");
      place.replaceChildren(code(text));
      return;
    }
    place.replaceChildren(code(scripts.get(id)));
  }

  function code(text) {
    const kind = (line) => {
      const directive = /^-- rev:\s*(upgrade|downgrade)\b/.exec(line);
      if (directive) return directive[1] === "upgrade" ? "up" : "down";
      return line.trimStart().startsWith("--") ? "comment" : null;
    };
    const lines = text.replace(/\r\n/g, "\n").replace(/\n$/, "").split("\n");
    return el("pre", {}, el("code", {}, ...lines.map((line) => el("span", { class: kind(line) }, seen(line, "\t")))));
  }

  function choose(at) {
    const one = data.revisions[at];
    if (!one) return;
    const isOther = chosen !== one.revision;
    chosen = one.revision;
    active = at;
    mark();
    if (isOther || page.details.hidden) details();
    history.replaceState(null, "", `#${encodeURIComponent(chosen)}`);
  }

  /** Opens a revision from elsewhere than the list, where it is brought into view. */
  function go(id) {
    const at = rowOf.get(id);
    if (at === undefined) return;
    if (!isListed(at)) {
      page.search.value = "";
      filter = "all";
      list();
    }
    choose(at);
    button(at)?.scrollIntoView({ block: "nearest" });
    page.details.focus({ preventScroll: true });
  }

  function close() {
    const at = rowOf.get(chosen) ?? active;
    chosen = null;
    page.details.hidden = true;
    history.replaceState(null, "", location.pathname + location.search);
    mark();
    (button(at) ?? page.search).focus();
  }

  // ---- keys

  const isNarrow = () => matchMedia("(max-width: 720px)").matches;

  function move(at) {
    active = at;
    // On a small screen the details cover the list: there they open by Enter only.
    if (isNarrow()) mark(); else choose(at);
    const target = button(at);
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "nearest" });
  }

  page.list.addEventListener("click", (event) => {
    const target = event.target.closest("[data-row]");
    if (!target) return;
    choose(Number(target.dataset.row));
    if (event.detail === 0 || isNarrow()) page.details.focus({ preventScroll: true });
  });

  function step(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || visible.length === 0) return;
    const last = visible.length - 1, here = visible.indexOf(active);
    const steps = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: last, PageDown: here + 10, PageUp: here - 10, j: here + 1, k: here - 1 };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (event.key === "ArrowUp" && here === 0) page.search.focus();
    else move(visible[Math.max(0, Math.min(last, to))]);
  }

  page.list.addEventListener("keydown", step);

  page.list.addEventListener("focus", () => button(active)?.focus());

  // Who types goes on typing: the list follows when there is a pause.
  let pause = 0;
  page.search.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(list, data.revisions.length > 300 ? 120 : 0);
  });
  page.search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(pause);
    list();
    if (visible.length > 0) move(visible[0]);
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    // Where nothing has the focus, as after a click beside the list, the keys are the list's.
    if (event.target === document.body && view === "revisions" && data !== null) step(event);
    if (event.key === "/" && event.target !== page.search) {
      event.preventDefault();
      page.search.select();
      page.search.focus();
    } else if (event.key === "Escape") {
      if (event.target === page.search && page.search.value !== "") {
        page.search.value = "";
        list();
      } else if (!page.details.hidden) close();
    }
  });

  addEventListener("hashchange", () => { const id = named(); if (id !== null && id !== chosen) go(id); });

  function named() {
    try {
      const id = decodeURIComponent(location.hash.slice(1));
      return rowOf.has(id) ? id : null;
    } catch {
      return null;
    }
  }

  // ---- the document

  function notice(text) {
    if (page.notice.textContent !== text) page.notice.textContent = text;
    page.notice.hidden = text === "";
  }

  function word() {
    if (data.status) return data.status;
    if (!data.counts) return null;
    if (data.unknown_revisions.length > 0) return "unknown_revision";
    if (data.revisions.some((one) => one.standing === "in_progress")) return "in_progress";
    return data.counts.pending > 0 ? "pending" : "up_to_date";
  }

  function header() {
    page.environment.textContent = seen(data.environment ?? "");
    page.place.textContent = seen(data.database ?? "");
    page.place.title = page.place.textContent;
    const state = word();
    const failures = data.revisions.filter((one) => one.failure).length;
    const words = state ? STATES[state]({ pending: data.counts?.pending ?? data.pending }) : "";
    const text = failures > 0 ? `${words}, ${failures} failed` : words;
    page.state.classList.toggle("failed", failures > 0);
    if (page.state.textContent !== text) page.state.textContent = text;
    page.state.dataset.state = state ?? "";
    document.title = [text, "Revisions", data.environment].filter(Boolean).join(" \u00b7 ");
  }

  function problems() {
    const texts = [];
    if (data.scripts_error) texts.push(`The scripts are not sound, shown is how they were before: ${seen(data.scripts_error)}`);
    if (data.unknown_revisions.length > 0) texts.push(`The database has what no script has: ${data.unknown_revisions.map((id) => seen(id)).join(", ")}`);
    if (data.error) texts.push(`The database does not answer, so nobody knows what is applied: ${seen(data.error.message)}`);
    const failures = data.revisions.filter((one) => one.failure);
    if (failures.length === 1) {
      const [{ revision, failure }] = failures;
      texts.push(`The ${seen(failure.direction)} of ${seen(revision)} failed${failure.error ? `: ${seen(failure.error)}` : ""}`);
    } else if (failures.length > 1) {
      texts.push(`Steps of ${failures.length} revisions failed: ${failures.map((one) => seen(one.revision)).join(", ")}`);
    }
    if (data.left_out > 0) texts.push(`The oldest ${plural(data.left_out, "revision")} are not drawn.`);
    return texts.join(" \u2014 ");
  }

  function take(next) {
    const hadFocus = page.list.contains(document.activeElement);
    const top = page.graph.scrollTop, activeId = data?.revisions[active]?.revision;
    const before = data && chosen !== null ? JSON.stringify(data.revisions[rowOf.get(chosen)]) : null;
    data = next;
    rowOf = new Map(data.revisions.map((one, at) => [one.revision, at]));
    active = rowOf.get(activeId) ?? 0;
    children = new Map();
    for (const one of [...data.revisions].reverse()) {
      for (const id of one.down_revisions) children.set(id, [...(children.get(id) ?? []), one.revision]);
    }
    texts = data.revisions.map((one) => [one.revision, one.message, one.path, ...one.branch_labels, one.last_step?.user ?? "", one.failure?.error ?? "",
      scripts.get(one.revision) ?? ""].join("\n").toLowerCase());
    const widths = around();
    rows = data.revisions.map((one, at) => row(one, at, LEFT + widths[at] * gap() + 6));
    header();
    notice(problems());
    drawFilters();
    drawLines();
    list();
    page.graph.scrollTop = top;
    if (hadFocus) button(active)?.focus({ preventScroll: true });
    const after = chosen !== null ? JSON.stringify(data.revisions[rowOf.get(chosen)]) : null;
    if (chosen !== null && before !== after) details();
  }

  async function poll() {
    if (document.hidden) return;
    let text;
    try {
      const answer = await fetch("api/graph", { cache: "no-cache" });
      if (!answer.ok) throw new Error(String(answer.status));
      text = await answer.text();
    } catch {
      // What was applied may not be any more: the revisions stay, and nothing is said of the database.
      if (data !== null && shownText !== "") take(forgotten());
      shownText = "";
      notice("The server does not answer, so nobody knows what is applied.");
      return;
    }
    if (text === shownText) return;
    shownText = text;
    take(JSON.parse(text));
  }

  /** Returns what is shown without what the database said. */
  function forgotten() {
    const revisions = data.revisions.map((one) => ({ ...one, ...FORGOTTEN }));
    return { ...data, status: "unreachable", error: { message: "the server does not answer" }, counts: null, unknown_revisions: [], in_progress: null, revisions };
  }

  // ---- the history

  function stepRow(step) {
    const known = rowOf.has(step.revision);
    const name = known ? el("button", { class: "link id", type: "button", onclick: () => { see("revisions"); go(step.revision); } }, seen(step.revision))
      : el("span", { class: "id" }, seen(step.revision));
    const who = [step.user, step.host].filter(Boolean).map((text) => seen(text)).join("@");
    const took = step.direction !== "stamp" && step.outcome !== "accepted" && step.duration_ms !== null ? duration(step.duration_ms) : "";
    return el("li", { class: `step ${step.outcome === "failed" ? "failed" : ""}` },
      el("span", { class: "time" }, when(step.started)),
      el("span", { class: "what" }, `${seen(step.direction)} `, name, " ", el("bdi", {}, seen(step.message ?? ""))),
      el("span", { class: "outcome" }, seen(step.outcome)),
      el("span", { class: "took" }, took),
      el("span", { class: "who" }, who),
      step.error ? el("p", { class: "error" }, seen(step.error, "\n\t")) : null);
  }

  let historyText = "";
  async function showHistory() {
    let text, found;
    try {
      const answer = await fetch("api/history");
      text = await answer.text();
      found = JSON.parse(text);
    } catch {
      [text, found] = ["", { entries: [], error: { message: "the server does not answer" } }];
    }
    if (text !== "" && text === historyText) return;
    historyText = text;
    page.steps.replaceChildren(...found.entries.map(stepRow));
    page.none.hidden = found.entries.length > 0;
    page.none.textContent = found.error ? `The history is not known: ${seen(found.error.message)}` : "Nothing ran on this database yet.";
  }

  /** Shows the revisions or the history. */
  function see(name) {
    view = name;
    for (const other of page.views.children) other.setAttribute("aria-pressed", String(other.dataset.view === name));
    document.body.dataset.view = name;
    page.history.hidden = name !== "history";
    page.graph.hidden = name === "history";
    if (name === "history") {
      page.details.hidden = true;
      return showHistory();
    }
    if (chosen !== null) details();
    return null;
  }

  async function begin() {
    if (isLive) {
      page.views.hidden = false;
      const title = { revisions: "Graph", history: "History" };
      page.views.replaceChildren(...Object.keys(title).map((name) =>
        el("button", { type: "button", "data-view": name, "aria-pressed": String(name === view), onclick: () => see(name) }, title[name])));
    }
    if (isLive) await poll(); else take(embedded);
    if (data === null) return;
    const id = named();
    if (id !== null) go(id);
    // The arrow keys work at once, unless somebody is somewhere else already.
    else if (document.activeElement === document.body) button(active)?.focus({ preventScroll: true });
  }

  begin().then(() => {
    document.body.dataset.ready = "true";
    if (!isLive) return;
    const again = () => { poll(); if (view === "history" && !document.hidden) showHistory(); };
    setInterval(again, EVERY);
    document.addEventListener("visibilitychange", again);
  });
})();
