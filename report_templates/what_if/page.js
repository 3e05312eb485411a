// The page: what is tried, and everything that follows from it. All of it is drawn anew from the model and
// the changes; texts go in as text, never as markup.

const model = readJson(document.querySelector("#model").textContent);
const page = model.page;
const trial = openTrial(model, formulas);
const FORMAT = "cescore what-if 1";
const FEW = 12; // values shown before all are asked for
const QUIET = 250; // ms without a change before the way to the next grade is looked for
const SLICE = 12; // ms of work at a stretch, so that the page answers meanwhile

const empty = () => readJson('{"values": {}, "weights": {}}');
const view = {
  lang: document.documentElement.lang.startsWith("zh") ? "zh" : "en",
  changes: empty(), result: trial.official, at: model.year, search: "", isAll: false,
  effects: null, way: null, message: "",
};

// --- words and numbers

const say = (key, values = {}) => {
  const text = page.texts[key][view.lang];
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
};
const nameOf = (code) => (page.names[code] ? page.names[code][view.lang] : code);
const unitOf = (code) => (page.names[code] ? page.names[code].unit[view.lang] : "");
const decimalsOf = (code) => (page.names[code] ? page.names[code].decimals : 2);

// Half up on the shortest decimal text, as reports print.
function rounded(value, decimals) {
  const text = `${Math.abs(value)}`;
  if (text.includes("e")) return Math.abs(value).toFixed(decimals);
  return Number(`${Math.round(Number(`${text}e${decimals}`))}e-${decimals}`).toFixed(decimals);
}
function shown(value, decimals = 1) {
  const text = rounded(value, decimals);
  if (Number(text) === 0 && value) return "…";
  const [whole, part] = text.split(".");
  return (value < 0 ? "−" : "") + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
}
const signed = (value, decimals = 1) => {
  const text = rounded(value, decimals);
  return Number(text) === 0 ? text : (value < 0 ? "−" : "+") + text;
};
const withUnit = (text, code) => {
  const unit = unitOf(code);
  return unit ? `${text}${unit.startsWith("%") ? "" : " "}${unit}` : text;
};
const markOf = (state) => (page.marks[state] ? page.marks[state][view.lang] : "—");
const cellOf = (column, decimals, at = model.year) =>
  (isPresent(column, at) ? shown(column.v[at], decimals) : markOf(column.s[at]));

// --- elements

function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class" || name.startsWith("aria") || name === "scope" || name === "for") { if (value) element.setAttribute(name, value); }
    else element[name] = value;
  }
  element.append(...inside.flat().filter((one) => one !== null && one !== undefined));
  return element;
}
const fill = (id, ...inside) => document.querySelector(id).replaceChildren(...inside.flat().filter(Boolean));
const heading = (key) => make("h2", {}, say(key));
const note = (text) => make("p", { class: "note" }, text);

// --- changing something

const yearAt = (at) => model.years[at];

function setValue(code, value, at = view.at) {
  const by = view.changes.values[code] || Object.create(null);
  const official = model.columns.get(code);
  const isOfficial = value === undefined || (value === null ? official.s[at] !== PRESENT : value === official.v[at]);
  if (isOfficial) delete by[yearAt(at)]; else by[yearAt(at)] = value;
  if (Object.keys(by).length) view.changes.values[code] = by; else delete view.changes.values[code];
}

function setWeight(code, weight) {
  if (weight === undefined || weight === model.weights[code]) delete view.changes.weights[code];
  else view.changes.weights[code] = weight;
}

function update() {
  view.result = trial.evaluate(view.changes);
  view.way = null;
  drawResults();
  lookForTheWay();
}

const countOf = (changes) => Object.values(changes.values).reduce((all, by) => all + Object.keys(by).length, 0)
  + Object.keys(changes.weights).length;

// --- work in slices: `steps` is a generator; a newer task of the same name ends an older one

const tasks = new Map();
function inSlices(name, wait, steps, done) {
  const ticket = {};
  tasks.set(name, ticket);
  const go = () => {
    if (tasks.get(name) !== ticket) return;
    const end = performance.now() + SLICE;
    for (;;) {
      const { done: isDone, value } = steps.next();
      if (isDone) { done(value); return; }
      if (performance.now() > end) { setTimeout(go); return; }
    }
  };
  setTimeout(go, wait);
}

// What 1 % more of each value would do, the greatest first; nothing for what has no value.
function* effects() {
  const now = trial.outcome(trial.official);
  const found = [];
  for (const code of page.movable) {
    const value = model.columns.get(code).v[model.year];
    let effect = null;
    if (now !== null && Number.isFinite(value) && value !== 0) {
      const tried = readJson(JSON.stringify({ values: { [code]: { [yearAt(model.year)]: value * 1.01 } }, weights: {} }));
      const outcome = trial.outcome(trial.evaluate(tried, trial.official, code));
      effect = outcome === null ? null : outcome - now;
    }
    found.push([code, effect]);
    yield;
  }
  const size = ([, effect]) => (effect === null ? -1 : Math.abs(effect));
  return found.sort((a, b) => size(b) - size(a));
}

// The band above the one that the total has reached; null at the best.
function nextBand(total) {
  const { bands } = model.plan;
  const at = bands.findIndex((band) => meets(total, ">=", band.least));
  return at < 0 ? bands[bands.length - 1] : bands[at - 1] || null;
}

function* ways() {
  const { changes, result } = view;
  const band = nextBand(result.assessment.total);
  const found = [];
  for (const code of page.movable) {
    if (isPresent(model.columns.get(code), model.year) || code in changes.values) {
      found.push([code, trial.wayTo(band.least, changes, code, result)]);
    }
    yield;
  }
  return found;
}

function hasNext() {
  const found = view.result.assessment;
  return Boolean(found && found.total !== null && found.grade && found.reason !== "veto_standing" && nextBand(found.total));
}

function lookForTheWay() {
  drawWay();
  tasks.delete("way");
  if (hasNext()) inSlices("way", QUIET, ways(), (found) => { view.way = found; drawWay(); });
}

// --- what is shown

function card(title, now, was, { isMoved, isSecond = false }) {
  const small = isMoved ? say("card.was", { value: was }) : say("card.same");
  return make("div", { class: `card${isMoved ? " moved" : ""}${isSecond ? " second" : ""}` }, title,
    make("b", /^\D{4}/.test(now) ? { class: "words" } : {}, now), make("small", {}, small));
}

const gradeText = (found) => {
  if (!found || !found.grade) return say("grade.none");
  return found.grade[view.lang] + (found.provisional ? ` (${say("grade.provisional")})` : "");
};
const isReached = (line) => line.light === "met" || line.light === "on_schedule";
const ownTargets = (result) => result.targets.filter((line) => line.role === "own");

function drawSummary() {
  const [now, was] = [view.result, trial.official];
  const cards = [];
  const add = (title, a, b, isSecond = false) => cards.push(card(title, a, b, { isMoved: a !== b, isSecond }));
  add(nameOf("index"), cellOf(now.index, 1), cellOf(was.index, 1));
  if (model.plan && model.plan.bands.length) {
    const total = (found) => (found.total === null ? "—" : shown(found.total, 1));
    const found = countOf(view.changes) ? now.assessment : page.official;
    add(say("card.total"), total(found), total(page.official));
    add(say("card.grade"), gradeText(found), gradeText(page.official));
  }
  if (now.progress) add(nameOf("progress"), cellOf(now.progress.index, 1), cellOf(was.progress.index, 1), true);
  if (ownTargets(was).length) {
    const reached = (result) => say("of", { n: ownTargets(result).filter(isReached).length, all: ownTargets(result).length });
    add(say("card.targets"), reached(now), reached(was), true);
  }
  fill("#summary", cards);
}

function drawWay() {
  const found = view.result.assessment;
  if (!model.plan) { fill("#way"); return; }
  const parts = [heading("way")];
  const because = () => (found.reason === "withheld" ? say("withheld") : say(`reason.${found.reason || "none"}`));
  if (found.reason === "veto_standing") parts.push(make("p", {}, say("way.veto")));
  else if (found.total === null) parts.push(make("p", {}, say("way.none", { reason: because() })));
  else if (!found.grade) parts.push(make("p", {}, say("way.no_grade", { reason: because() })));
  else if (!nextBand(found.total)) parts.push(make("p", {}, say("way.best", { points: shown(found.total - model.plan.bands[0].least, 2) })));
  else parts.push(...wayParts(found));
  fill("#way", parts);
}

function wayParts(found) {
  const band = nextBand(found.total);
  const short = say("way.next", { grade: band[view.lang], least: shown(band.least, 0), points: shown(band.least - found.total, 2) });
  const parts = [make("p", {}, make("b", {}, short))];
  if (!view.way) return [...parts, note(say("way.working"))];
  const relative = ([code, value]) => Math.abs(value / (valueOf(model, view.changes, code) || 1) - 1);
  const alone = view.way.filter(([, value]) => value !== null).sort((a, b) => relative(a) - relative(b));
  const others = view.way.filter(([, value]) => value === null).map(([code]) => nameOf(code));
  parts.push(make("p", {}, say(alone.length ? "way.alone" : "way.nothing")));
  if (alone.length) parts.push(make("ul", { class: "plain" }, alone.map(wayLine)));
  if (others.length) parts.push(make("details", {}, make("summary", {}, `${say("way.not_alone")} (${others.length})`), note(others.join(view.lang === "zh" ? "、" : ", "))));
  return [...parts, note(say("way.limits"))];
}

function wayLine([code, value]) {
  const now = valueOf(model, view.changes, code);
  const enough = roundedAway(now, value);
  const places = Math.max(decimalsOf(code), (`${enough}`.split(".")[1] || "").length);
  const change = now ? ` (${signed((enough / now - 1) * 100, 1)}%)` : "";
  const text = `${shown(now, decimalsOf(code))} → ${withUnit(shown(enough, Math.min(places, 9)), code)}${change}`;
  const tryIt = () => { setValue(code, enough, model.year); drawValues(); update(); };
  return make("li", {}, make("span", { class: "what" }, nameOf(code)), make("span", { class: "n" }, text),
    make("button", { type: "button", onclick: tryIt, "aria-label": `${say("way.try")} ${nameOf(code)}` }, say("way.try")));
}

// The value to five digits, rounded away from the present one so that it still reaches.
function roundedAway(now, value) {
  if (!value) return value;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 4);
  const steps = value / unit;
  const away = Number(((value > now ? Math.ceil(steps) : Math.floor(steps)) * unit).toPrecision(12));
  return away < 0 && value >= 0 ? value : away;
}

function drawValues() {
  const { at } = view;
  const choose = (event) => { view.at = Number(event.target.value); drawValues(); };
  const options = model.years.map((year, i) => make("option", { value: `${i}`, selected: i === at }, `${year}`));
  const list = make("div", { id: "list" });
  const search = make("input", { type: "search", value: view.search, placeholder: say("values.search"), "aria-label": say("values.search"),
    oninput: (event) => { view.search = event.target.value; drawList(list); } });
  fill("#values", heading("values"), note(say("values.order")),
    make("div", { class: "controls" }, search, make("label", {}, `${say("values.year")} `, make("select", { id: "year", onchange: choose }, options))),
    list);
  drawList(list);
}

function drawList(list) {
  const wanted = view.search.trim().toLowerCase();
  const order = view.effects || page.movable.map((code) => [code, null]);
  const names = (code) => `${code} ${page.names[code].zh} ${page.names[code].en}`.toLowerCase();
  const hits = order.filter(([code]) => names(code).includes(wanted));
  const isCut = !view.isAll && !wanted && hits.length > FEW;
  const rows = (isCut ? hits.slice(0, FEW) : hits).map(([code, effect]) => valueRow(code, effect));
  const more = () => { view.isAll = !view.isAll; drawList(list); };
  const isLong = !wanted && hits.length > FEW;
  list.replaceChildren(...rows, ...(hits.length ? [] : [note(say("values.found"))]),
    ...(isLong ? [make("button", { type: "button", id: "more", onclick: more }, view.isAll ? say("values.fewer") : say("values.more", { n: hits.length }))] : []));
}

function valueRow(code, effect) {
  const { at } = view;
  const official = model.columns.get(code);
  const now = valueOf(model, view.changes, code, at);
  const has = isPresent(official, at);
  const isMoved = Boolean(view.changes.values[code] && yearAt(at) in view.changes.values[code]);
  const small = [withUnit(say("values.official", { value: has ? shown(official.v[at], decimalsOf(code)) : markOf(official.s[at]) }), has ? code : "")];
  if (effect && at === model.year) small.push(say("values.effect", { points: signed(effect, 3) }));
  const label = make("span", { class: "label" }, nameOf(code), make("small", {}, small.join(" · ")));
  if (official.s[at] === SUPPRESSED) {
    return make("div", { class: "row" }, label, make("span", { class: "n" }, markOf(SUPPRESSED)), make("span"), make("span", { class: "message note" }, say("values.withheld")));
  }
  const message = make("span", { class: "message bad", hidden: true }, say("values.bad"));
  const row = make("div", { class: `row${isMoved ? " moved" : ""}` });
  row.dataset.code = code;
  const redraw = () => { row.replaceWith(valueRow(code, effect)); update(); };
  const put = (text) => {
    const value = text.trim() === "" ? null : Number(text.replaceAll(",", ""));
    message.hidden = value === null || Number.isFinite(value);
    if (message.hidden) { setValue(code, value); redraw(); }
  };
  const field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", value: Number.isFinite(now) ? `${now}` : "", placeholder: say("values.none"),
    "aria-label": withUnit(nameOf(code), code), onchange: (event) => put(event.target.value) });
  const undo = make("button", { type: "button", disabled: !isMoved, "aria-label": `${say("values.undo")} ${nameOf(code)}`, onclick: () => { setValue(code, undefined); redraw(); } }, say("values.undo"));
  row.append(label, field, undo);
  const most = has ? 2 * official.v[at] : 0;
  if (most > 0) {
    const slide = (event) => {
      const value = Number(event.target.value) === 500 ? official.v[at] : (Number(event.target.value) / 1000) * most;
      field.value = `${Number(value.toPrecision(6)) === 0 ? 0 : value === official.v[at] ? value : Number(value.toPrecision(6))}`;
      setValue(code, Number(field.value));
      row.classList.toggle("moved", Number(event.target.value) !== 500);
      undo.disabled = Number(event.target.value) === 500;
      update();
    };
    row.append(make("input", { type: "range", min: "0", max: "1000", step: "1", value: `${Math.min(Math.max(Number.isFinite(now) ? (now / most) * 1000 : 0, 0), 1000)}`,
      "aria-label": say("values.slider", { name: nameOf(code) }), oninput: slide }));
  }
  row.append(message);
  return row;
}

// Groups from the top, each before its members: [whole or member, depth].
function* tree(whole = "", depth = 0) {
  for (const code of model.members[whole]) {
    const isGroup = code in model.groupOf;
    yield [code, depth, isGroup];
    if (isGroup) yield* tree(code, depth + 1);
  }
}
const keyOf = (code) => (code in model.groupOf ? `group:${code}` : code);

function drawWeights() {
  const rows = [...tree()].map(([code, depth]) => {
    const isMoved = code in view.changes.weights;
    const message = make("span", { class: "message bad", hidden: true }, say("weights.bad"));
    const put = (event) => {
      const weight = Number(event.target.value);
      message.hidden = event.target.value.trim() !== "" && Number.isFinite(weight) && weight >= 0;
      if (message.hidden) { setWeight(code, weight); drawWeights(); update(); }
    };
    const share = isPresent(view.result.index, model.year) ? view.result.weights.get(code) : null;
    const name = make("span", { class: "label" }, nameOf(keyOf(code)),
      share ? make("small", {}, say("weights.share", { share: `${shown(share[model.year] * 100, 1)}%` })) : null);
    name.style.paddingLeft = `${depth}rem`;
    const row = make("div", { class: `row${isMoved ? " moved" : ""}` }, name,
      make("input", { type: "text", inputMode: "decimal", autocomplete: "off", value: `${view.changes.weights[code] ?? model.weights[code]}`, "aria-label": say("changes.weight", { name: nameOf(keyOf(code)) }), onchange: put }),
      make("button", { type: "button", disabled: !isMoved, onclick: () => { setWeight(code, undefined); drawWeights(); update(); } }, say("values.undo")), message);
    row.dataset.weight = code;
    return row;
  });
  const list = make("details", { open: isOpen("#weights") }, make("summary", {}, say("weights.note")), rows);
  fill("#weights", heading("weights"), list);
}
const isOpen = (id) => Boolean(document.querySelector(`${id} details`)?.open);

const change = (now, was, decimals) => {
  const text = Number.isFinite(now) && Number.isFinite(was) && now !== was ? signed(now - was, decimals) : "";
  return make("td", { class: `n${text.startsWith("+") ? " up" : text.startsWith("−") ? " down" : ""}` }, text);
};
const head = (...keys) => make("thead", {}, make("tr", {}, keys.map((key, i) => make("th", { scope: "col", class: i ? "n" : "" }, say(key)))));
const table = (caption, columns, rows) => make("div", { class: "scroll" }, make("table", {}, make("caption", {}, caption), columns, make("tbody", {}, rows)));

function line(name, now, was, decimals, { value = null, depth = 0, isWhole = false } = {}) {
  const at = model.year;
  const th = make("th", { scope: "row" }, name, value ? make("small", {}, value) : null);
  th.style.paddingLeft = `${0.4 + depth}rem`;
  const isMoved = now.v[at] !== was.v[at] && !(Number.isNaN(now.v[at]) && Number.isNaN(was.v[at]));
  return make("tr", { class: `${isWhole ? "whole" : ""}${isMoved ? " moved" : ""}` }, th,
    make("td", { class: "n" }, cellOf(was, decimals)), make("td", { class: "n" }, cellOf(now, decimals)), change(now.v[at], was.v[at], decimals));
}

// An indicator's own value, and what it is by the trial where that is another.
function ownValue(code) {
  const [now, was] = [view.result.columns.get(code), trial.official.columns.get(code)];
  const [a, b] = [cellOf(was, decimalsOf(code)), cellOf(now, decimalsOf(code))];
  return withUnit(a === b ? a : `${a} → ${b}`, code);
}

function drawTables() {
  const { result } = view, { official } = trial;
  const rows = [line(nameOf("index"), result.index, official.index, 1, { isWhole: true })];
  for (const [code, depth, isGroup] of tree()) {
    const kind = isGroup ? "groups" : "scores";
    rows.push(line(nameOf(keyOf(code)), result[kind].get(code), official[kind].get(code), 1,
      { depth: depth + 0.6, isWhole: isGroup, value: isGroup ? null : ownValue(code) }));
  }
  const parts = [heading("results"), table(say("results.indicators"), head("results.name", "results.official", "results.trial", "results.change"), rows)];
  if (result.progress) parts.push(progressTable());
  const others = Object.keys(model.computed).filter((code) => code in page.names && !(code in model.indicators) && result.columns.has(code));
  if (others.length) {
    const lines = others.map((code) => line(withUnit(nameOf(code), ""), result.columns.get(code), official.columns.get(code), decimalsOf(code), { value: unitOf(code) }));
    parts.push(make("details", { open: isOpen("#results") }, make("summary", {}, say("results.others")), table(say("results.others"), head("results.name", "results.official", "results.trial", "results.change"), lines)));
  }
  const isUnknown = [result.index, ...result.groups.values()].some((column, i) => {
    const was = [official.index, ...official.groups.values()][i];
    return column.s[model.year] === SUPPRESSED && was.s[model.year] !== SUPPRESSED;
  });
  if (isUnknown) parts.splice(1, 0, make("p", { class: "never" }, say("withheld")));
  if (page.hasConstants) parts.push(note(say("constants")));
  fill("#results", parts);
}

function progressTable() {
  const [now, was] = [view.result.progress, trial.official.progress];
  const rows = [line(nameOf("progress"), now.index, was.index, 1, { isWhole: true })];
  for (const group of model.progress.groups) {
    rows.push(line(nameOf(`group:${group.code}`), now.groups.get(group.code), was.groups.get(group.code), 1, { depth: 0.6, isWhole: true }));
    for (const [code] of group.members) rows.push(line(nameOf(code), now.members.get(code), was.members.get(code), 1, { depth: 1.6 }));
  }
  const base = model.baseYear < 0 ? "" : yearAt(model.baseYear);
  return table(say("results.progress", { base }), head("results.name", "results.official", "results.trial", "results.change"), rows);
}

function drawTargets() {
  if (!model.plan || !view.result.targets.length) { fill("#targets"); return; }
  const rows = view.result.targets.map((now, i) => {
    const was = trial.official.targets[i], target = model.plan.targets[i], key = `target:${now.id}`;
    const figure = (found) => (found.actual === null ? "—" : shown(found.actual, 2));
    const word = (found) => (found.light ? say(`light.${found.light}`) : "—");
    const points = (found) => (found.scored && found.points !== null ? `${shown(found.points * 100, 0)}%` : "—");
    const both = (a, b) => (a === b ? [a] : [b, make("small", {}, say("card.was", { value: a }))]);
    const isMoved = figure(now) !== figure(was) || word(now) !== word(was);
    return make("tr", { class: isMoved ? "moved" : "" },
      make("th", { scope: "row" }, nameOf(key), target.role === "own" ? "" : ` ${say("targets.reference")}`,
        make("small", {}, `${target.op === ">=" ? "≥" : "≤"} ${withUnit(shown(target.value, 2), key)}`)),
      make("td", { class: "n" }, both(figure(was), figure(now))), make("td", {}, both(word(was), word(now))),
      make("td", { class: "n" }, both(points(was), points(now))));
  });
  fill("#targets", heading("targets"), table("", head("targets.goal", "targets.actual", "targets.state", "targets.points"), rows));
}

// --- what was changed, and how it is handed on

const asFile = () => JSON.stringify({ format: FORMAT, entity: page.entity, year: yearAt(model.year), number: page.number, ...view.changes }, null, 1);

function drawChanges() {
  const lines = [];
  for (const [code, by] of Object.entries(view.changes.values)) {
    for (const [year, value] of Object.entries(by)) {
      const at = model.years.indexOf(Number(year)), official = model.columns.get(code);
      const text = (one) => (Number.isFinite(one) && one !== null ? shown(one, Math.max(decimalsOf(code), 2)) : say("values.none"));
      lines.push([`${nameOf(code)} ${year}`, `${text(official.v[at])} → ${withUnit(text(value), code)}`, () => { setValue(code, undefined, at); drawValues(); }]);
    }
  }
  for (const [code, weight] of Object.entries(view.changes.weights)) {
    lines.push([say("changes.weight", { name: nameOf(keyOf(code)) }), `${model.weights[code]} → ${weight}`, () => { setWeight(code, undefined); drawWeights(); }]);
  }
  const list = lines.map(([name, text, undo]) => make("li", {}, make("span", { class: "what" }, name), make("span", { class: "n" }, text),
    make("button", { type: "button", "aria-label": `${say("values.undo")} ${name}`, onclick: () => { undo(); update(); } }, say("values.undo"))));
  fill("#changes", heading("changes"), make("p", {}, lines.length ? say("changes.n", { n: lines.length }) : say("changes.none")),
    lines.length ? make("ul", { class: "plain" }, list) : null,
    make("div", { class: "controls" }, make("button", { type: "button", id: "reset", disabled: !lines.length, onclick: () => { view.message = ""; take(empty()); } }, say("reset")),
      make("button", { type: "button", id: "download", onclick: download }, say("changes.download")),
      make("button", { type: "button", id: "copy", onclick: copy }, say("changes.copy"))),
    make("details", { class: "exchange", open: isOpen("#changes") }, make("summary", {}, say("changes.text")), make("textarea", { id: "text", value: asFile(), spellcheck: false, "aria-label": say("changes.text") }),
      make("div", { class: "controls" }, make("button", { type: "button", id: "load", onclick: () => load(document.querySelector("#text").value) }, say("changes.load")))),
    view.message ? make("p", { class: "never", id: "message", role: "status" }, view.message) : null);
}

function download() {
  const link = make("a", { href: URL.createObjectURL(new Blob([asFile()], { type: "application/json" })), download: `what-if-${page.entity}-${yearAt(model.year)}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function copy() {
  document.querySelector("#changes details").open = true;
  const text = document.querySelector("#text");
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    document.execCommand("copy"); // where the clipboard is not to be had, what is selected is
  }
  view.message = say("changes.copied");
  drawChanges();
}

// The changes in a text; what does not fit this page is named and left out.
function read(text) {
  let given;
  try { given = readJson(text); } catch { return { refused: say("changes.not_json") }; }
  if (!given || given.format !== FORMAT) return { refused: say("changes.not_json") };
  if (given.entity !== page.entity || given.year !== yearAt(model.year)) {
    return { refused: say("changes.other", { entity: `${given.entity}`, year: `${given.year}`, own: `${page.entity} ${yearAt(model.year)}` }) };
  }
  const changes = empty(), odd = [];
  for (const [code, by] of Object.entries(given.values || {})) {
    for (const [year, value] of Object.entries(by || {})) {
      const at = model.years.indexOf(Number(year));
      const fits = page.movable.includes(code) && at >= 0 && model.columns.get(code).s[at] !== SUPPRESSED && (value === null || Number.isFinite(value));
      if (!fits) odd.push(`${code} ${year}`);
      else (changes.values[code] = changes.values[code] || Object.create(null))[yearAt(at)] = value;
    }
  }
  for (const [code, weight] of Object.entries(given.weights || {})) {
    if (code in model.weights && Number.isFinite(weight) && weight >= 0) changes.weights[code] = weight; else odd.push(code);
  }
  return { changes, odd, isOtherNumber: given.number !== page.number };
}

function load(text) {
  const { refused, changes, odd, isOtherNumber } = read(text);
  if (refused) { view.message = refused; drawChanges(); return; }
  const said = [say("changes.loaded", { n: countOf(changes) })];
  if (odd.length) said.push(say("changes.refused", { list: odd.join(", ") }));
  if (isOtherNumber) said.push(say("changes.other_number", { number: `${readJson(text).number}` }));
  view.message = said.join(" ");
  take(changes);
}

function take(changes) {
  view.changes = changes;
  drawValues();
  update();
  drawWeights();
}

// --- the whole page

function drawResults() {
  drawSummary();
  drawChanges();
  drawTargets();
  drawTables();
}

function drawAll() {
  document.documentElement.lang = view.lang === "zh" ? "zh-CN" : "en";
  const title = say("title", { year: yearAt(model.year), subject: page.subject[view.lang] });
  document.title = `${page.name[view.lang]} · ${title}`;
  fill("#name", page.name[view.lang]);
  fill("#title", title);
  fill("#based-on", say("based_on", { number: page.number }));
  fill("#never", say("never_official"));
  fill("#language", page.texts.language[view.lang === "zh" ? "en" : "zh"]);
  fill("#foot", say("foot", { number: page.number }));
  fill("#marked", page.marked.map((mark) => make("span", { class: "mark" }, mark[view.lang])));
  for (const mark of document.querySelectorAll(".top > .mark, .watermark")) mark.textContent = `${page.texts.mark.zh} · ${page.texts.mark.en}`;
  drawResults();
  drawWay();
  drawValues();
  drawWeights();
}

document.querySelector("#language").addEventListener("click", () => {
  view.lang = view.lang === "zh" ? "en" : "zh";
  view.message = "";
  drawAll();
});
drawAll();
inSlices("effects", 0, effects(), (found) => { view.effects = found; drawList(document.querySelector("#list")); });
lookForTheWay();

// For tests and for whoever opens the console: another entity of the same framework can be opened too.
globalThis.whatIf = { trial, view, take: (text) => load(text), open: (text) => openTrial(readJson(text), formulas), changes: readJson };
