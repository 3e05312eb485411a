// A trial: the entity's record and weights with some of them changed, evaluated; and the way to a grade.
//
// `changes` is { values: { code: { year: number or null } }, weights: { code: number } }; a value of
// null is a value not returned.

// Data as objects without a prototype, so that a code such as "constructor" is found only where it is.
const readJson = (text) => JSON.parse(text, (_, value) =>
  (value && typeof value === "object" && !Array.isArray(value) ? Object.assign(Object.create(null), value) : value));

function openTrial(model, formulas) {
  complete(model);
  const dependents = dependentsOf(model);
  const official = evaluate({ values: {}, weights: {} });
  return { model, dependents, official, evaluate, outcome, wayTo };

  // Everything that follows from changes. With `earlier` only what depends on `code` is computed anew,
  // which gives the same: nothing else has changed since.
  function evaluate(changes, earlier = null, code = null) {
    const state = stateOf(model, changes);
    const columns = code && earlier
      ? computeIndicators(model, formulas, state, earlier.columns, dependents.get(code))
      : computeIndicators(model, formulas, state);
    const prepared = prepare(model, columns, state);
    const scores = new Map(model.scored.map((c) => [c, scoreOf(model, c, prepared.get(c))]));
    const still = stillReleased(model, columns, changes);
    const whole = aggregate(model, applyMissingRules(model, scores, columns, state), state, still);
    const targets = targetLines(model, columns);
    const index = whole.columns.get("");
    const known = language(model.years.length, model.baseYear,
      (c) => state.record.get(c) || emptyColumn(model.years.length, NOT_COLLECTED));
    return {
      columns,
      scores: new Map(model.scored.map((c) => [c, whole.columns.get(c)])),
      groups: new Map(model.groups.map((g) => [g.code, whole.columns.get(g.code)])),
      index,
      coverage: whole.coverage,
      weights: whole.weights,
      progress: progressIndex(model, columns, still),
      targets,
      assessment: assess(model, index, whole.coverage[model.year], targets, formulas.rules(known), isFiled(model, state)),
    };
  }

  // What a change is for: the total, or the index where no total is made.
  function outcome(result) {
    const total = result.assessment ? result.assessment.total : null;
    if (total !== null) return total;
    return isPresent(result.index, model.year) ? result.index.v[model.year] : null;
  }

  // The value of one variable that alone brings the total to `least`: the nearest to the one it has, or
  // null. Looks both ways by steps, then halves the step in which the total gets there.
  function wayTo(least, changes, code, from) {
    const now = valueOf(model, changes, code);
    if (now === null) return null;
    const year = model.years[model.year];
    const reaches = (value) => {
      const tried = { ...changes, values: { ...changes.values, [code]: { ...(changes.values[code] || {}), [year]: value } } };
      const found = outcome(evaluate(tried, from, code));
      return found !== null && meets(found, ">=", least);
    };
    const ways = stepsFrom(now, model.record[code]).map((steps) => nearest(now, steps, reaches));
    const distance = (value) => Math.abs(value - now);
    return ways.filter((value) => value !== null).sort((a, b) => distance(a) - distance(b))[0] ?? null;
  }
}

const HALVINGS = 60;
const DOWN = [0.99, 0.97, 0.94, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.01, 0];
const UP = [1.01, 1.03, 1.06, 1.1, 1.15, 1.2, 1.3, 1.45, 1.6, 2, 2.5, 3, 4, 6, 10, 20, 50, 100, 1000];

// The values looked at below and above one: shares and multiples of it; of 0, of the most it ever was, or 1.
function stepsFrom(now, { v }) {
  const most = Math.max(...v.map((value) => Math.abs(value ?? 0)), 0) || 1;
  if (now === 0) return [UP.map((factor) => most * (factor - 1))];
  const [nearer, farther] = [DOWN.map((factor) => now * factor), UP.map((factor) => now * factor)];
  return [nearer, farther];
}

function nearest(now, steps, reaches) {
  let before = now;
  for (const step of steps) {
    if (reaches(step)) return halved(before, step, reaches);
    before = step;
  }
  return null;
}

// From a value that does not reach it and one that does, the nearest to the first that does.
function halved(short, enough, reaches) {
  let [a, b] = [short, enough];
  for (let i = 0; i < HALVINGS && a !== b; i += 1) {
    const middle = a + (b - a) / 2;
    if (middle === a || middle === b) break;
    if (reaches(middle)) b = middle; else a = middle;
  }
  return b;
}

// The value that a variable has in the year evaluated, changed or not; null where it has none.
function valueOf(model, changes, code, at = model.year) {
  const changed = (changes.values[code] || {})[model.years[at]];
  return changed === undefined ? model.record[code].v[at] : changed;
}

// --- the state that is evaluated

function stateOf(model, changes) {
  const n = model.years.length;
  const record = new Map(model.columns);
  for (const [code, changed] of Object.entries(changes.values)) {
    const column = model.columns.get(code);
    record.set(code, fromYears(n, (i) => {
      const value = changed[model.years[i]];
      if (value === undefined) return [column.v[i], column.s[i], column.f[i]];
      return value === null ? [NaN, MISSING, MOVED] : [value, PRESENT, MOVED];
    }));
  }
  const weights = new Map(Object.entries({ ...model.weights, ...changes.weights }));
  return { record, weights };
}

// What of the wholes released above withheld members still holds: those in which no member and no weight
// was changed.
function stillReleased(model, columns, changes) {
  const wholes = new Set();
  const climb = (group) => {
    wholes.add(group);
    if (group) climb(model.groupOf[group].parent);
  };
  const hasMoved = (code) => columns.get(code).f.some((flags) => flags & MOVED);
  for (const code of model.scored) if (hasMoved(code)) climb(model.indicators[code].group);
  for (const code of Object.keys(changes.weights)) {
    climb(code in model.indicators ? model.indicators[code].group : model.groupOf[code].parent);
  }
  const groups = model.progress ? model.progress.groups : [];
  const moved = groups.filter((group) => group.members.some(([code]) => hasMoved(code))).map((group) => group.code);
  const movedProgress = new Set(moved.length ? [...moved, ""] : []);
  const without = (released, touched) =>
    Object.assign(Object.create(null), Object.fromEntries(Object.entries(released || {}).filter(([code]) => !touched.has(code))));
  return { groups: without(model.withheld.groups, wholes), progress: without(model.withheld.progress, movedProgress) };
}

// Whether anything but a gap is known of the entity in the year evaluated.
const isFiled = (model, state) =>
  model.knownOtherwise || [...state.record.values()].some((column) => column.s[model.year] !== MISSING);

// --- what follows from the model alone

const withNumbers = (column) => ({ ...column, v: column.v.map((value) => value ?? NaN) });

function complete(model) {
  model.columns = new Map(Object.entries(model.record).map(([code, column]) => [code, withNumbers(column)]));
  model.groupOf = Object.create(null);
  for (const group of model.groups) model.groupOf[group.code] = group;
  model.released = new Map(Object.entries(model.withheld.computed).map(([code, column]) => [code, withNumbers(column)]));
  model.scored = Object.keys(model.indicators);
  model.places = model.years.map((_, i) => i); // of the years, in every list by year
}

// Variable -> the accounts and indicators that stand on it, directly or through others.
function dependentsOf(model) {
  const standsOn = new Map();
  for (const code of model.order) {
    const below = new Set();
    for (const used of model.computed[code].uses) {
      below.add(used);
      for (const one of standsOn.get(used) || []) below.add(one);
    }
    standsOn.set(code, below);
  }
  const dependents = new Map(Object.keys(model.record).map((code) => [code, new Set()]));
  for (const [code, below] of standsOn) for (const used of below) dependents.get(used)?.add(code);
  return dependents;
}
