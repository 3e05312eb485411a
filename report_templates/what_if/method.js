// From returned values to indicators, scores, groups, index and progress: one entity, all years.
//
// `model` is what the program says of the entity and its framework; `state` is what is tried: the
// record and the weights, changed. The functions mirror those of cescore/method/ (indicators,
// preparing, normalise, missing, weight, aggregate, progress) step by step.

const years = (model) => model.places;

// --- accounts and indicators

// Columns of accounts and indicators, in an order in which each comes after what it uses. With
// `columns` of an earlier evaluation only the codes in `again` are computed anew.
function computeIndicators(model, formulas, state, earlier = null, again = null) {
  const n = model.years.length;
  const columns = new Map(earlier || []);
  const returned = (code) => model.released.get(code) || state.record.get(code);
  const read = (code) => columns.get(code) || returned(code) || emptyColumn(n, NOT_COLLECTED);
  const byCode = formulas(language(n, model.baseYear, read));
  for (const code of model.order) {
    if (again && !again.has(code)) continue;
    columns.delete(code);
    columns.set(code, computeOne(model.computed[code], byCode[code], returned(code), n));
  }
  return columns;
}

function computeOne(definition, formula, given, n) {
  if (definition.table) return withNumbers(definition.table); // by a word of the entity, which nobody moves
  if (!formula) return emptyColumn(n, NOT_COLLECTED);
  let column = formula();
  if (given) column = orReturned(column, given, SUPPRESSED);
  if (given && definition.summed) column = orReturned(column, given, MISSING);
  return latest(column, definition.latest);
}

// The number by its formula; where that is of a state, the one that came with the record. One that is
// released above withheld figures holds as long as nothing else in it was changed; then it cannot be told.
const orReturned = (own, given, state) => fromYears(own.v.length, (i) => {
  const isTaken = own.s[i] === state && isPresent(given, i) && !(state === SUPPRESSED && isMoved(own, i));
  return isTaken ? [given.v[i], given.s[i], given.f[i]] : [own.v[i], own.s[i], own.f[i]];
});

// The column with gaps filled from at most `within` years before, nearest first.
function latest(column, within) {
  let result = column;
  for (let back = 1; back <= within; back += 1) {
    const before = shifted(column, (i) => i - back);
    const now = result;
    result = fromYears(column.v.length, (i) => (now.s[i] === MISSING && isPresent(before, i)
      ? [before.v[i], PRESENT, before.f[i] | CARRIED] : [now.v[i], now.s[i], now.f[i]]));
  }
  return result;
}

// --- between indicators and scores: gaps, entities with too little data, outliers

const weightOf = (state, code) => state.weights.get(code);

function prepare(model, columns, state) {
  const all = model.scored;
  const raw = new Map(all.map((code) => [code, columns.get(code)]));
  const filled = impute(model, raw, state);
  const enough = hasEnoughData(model, model.missing.screenBefore ? raw : filled, state);
  const result = new Map();
  for (const code of all) {
    const column = filled.get(code);
    result.set(code, treat(model, code, fromYears(column.v.length, (i) =>
      (enough[i] ? [column.v[i], column.s[i], column.f[i]] : [NaN, MISSING, 0]))));
  }
  return result;
}

function impute(model, raw, state) {
  const rules = model.indicators;
  const hasData = years(model).map((i) => model.scored.some((c) => weightOf(state, c) > 0 && isPresent(raw.get(c), i)));
  const result = new Map(raw);
  for (const code of model.scored) {
    const { fills, row } = rules[code];
    if (!fills && !row) continue;
    const column = raw.get(code);
    result.set(code, fromYears(column.v.length, (i) => {
      const fill = !hasData[i] ? null : row ? rowFill(model, raw, code, i) : fills[i];
      const take = column.s[i] === MISSING && fill !== null && !Number.isNaN(fill);
      return take ? [fill, PRESENT, ESTIMATED] : [column.v[i], column.s[i], column.f[i]];
    }));
  }
  return result;
}

// What a gap becomes by the entity's other indicators: their mean or median place, put back.
function rowFill(model, raw, code, i) {
  const { row, group } = model.indicators[code];
  const places = [];
  for (const other of model.scored) {
    const its = model.indicators[other];
    if (row.withinGroup && its.group !== group) continue;
    const ends = its.rowEnds[i];
    if (!ends || ends[0] === ends[1] || !isPresent(raw.get(other), i)) continue;
    places.push((raw.get(other).v[i] - ends[0]) / (ends[1] - ends[0]));
  }
  const own = model.indicators[code].rowEnds[i];
  if (!places.length || !own) return null;
  return own[0] + (row.isMedian ? median(places) : sum(places) / places.length) * (own[1] - own[0]);
}

function median(numbers) {
  const ordered = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(ordered.length / 2);
  return ordered.length % 2 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

// Whether there is a value in enough of the scored indicators that apply, and enough that is not 0.
function hasEnoughData(model, columns, state) {
  const { screenBelow, screenNonzeroBelow } = model.missing;
  const counted = model.scored.filter((code) => weightOf(state, code) > 0).map((code) => columns.get(code));
  return years(model).map((i) => {
    const known = counted.filter((c) => isPresent(c, i)).length;
    const applies = counted.filter((c) => isPresent(c, i) || !DOES_NOT_APPLY.includes(c.s[i])).length;
    const nonzero = counted.filter((c) => isPresent(c, i) && c.v[i] !== 0).length;
    return meets(known, ">=", screenBelow * applies) && meets(nonzero, ">=", screenNonzeroBelow * known);
  });
}

function treat(model, code, column) {
  const { treatment } = model.indicators[code];
  if (!treatment) return column;
  return { ...column, v: column.v.map((value, i) => treated(value, treatment.constants[i] || {}, treatment)) };
}

function treated(value, constants, { then, power }) {
  if ("win_low" in constants) return clip(value, constants.win_low, constants.win_high);
  if (!("log_low" in constants)) return value;
  const [low, high] = [constants.log_low, constants.log_high];
  const x = clip(value, low, high);
  const plain = () => Math.log(x - low + RULES.shift * (high - low));
  if (then === "log_ct_plus" && "log_mirrored" in constants) return -Math.log(high + RULES.shift * (high - low) - x);
  if (then === "log_ct_orig") return Math.log(x - low + 1);
  if (then === "log_gii") return Math.log(((high - 1) * (x - low)) / (high - low) + 1);
  if (then === "box_cox") return power ? ((x - low + 1) ** power - 1) / power : Math.log(x - low + 1);
  return plain();
}

// --- scores, before the rules for what is missing

function scoreOf(model, code, prepared) {
  const indicator = model.indicators[code];
  return fromYears(prepared.v.length, (i) => {
    const share = SHARES[indicator.method](prepared.v[i], indicator.ends[i] || {}, indicator.direction);
    const score = model.scale.floor + share * (model.scale.top - model.scale.floor);
    if (!Number.isNaN(score)) return [score, PRESENT, isPresent(prepared, i) ? prepared.f[i] : ESTIMATED];
    return [NaN, isPresent(prepared, i) ? NOT_COMPUTABLE : prepared.s[i], 0];
  });
}

// Each normalisation as a share of the way from the floor to the top of the scale; `c` holds its ends
// or constants in a year, NaN where it has nothing to answer by.
const between = (x, worst, best) => (x - worst) / (best - worst);
const minMax = (x, c, direction) => {
  if (!(c.low < c.high)) return NaN;
  return clip(direction === 1 ? between(x, c.low, c.high) : between(x, c.high, c.low), 0, 1);
};
const ratioTo = (x, best, direction) => {
  if (Number.isNaN(x)) return NaN;
  if (direction === 1) return clip(x / best, 0, 1);
  return meets(x, "<=", best) ? 1 : best / x;
};
const SHARES = {
  goalposts: (x, c) => ("best" in c ? clip(between(x, c.worst, c.best), 0, 1) : NaN),
  log_goalposts: (x, c) => {
    if (!("best" in c) || c.worst <= 0 || c.best <= 0) return NaN;
    const log = Number.isNaN(x) ? NaN : Math.log(Math.max(x, RULES.tiny)); // 0 lies beyond the lower end
    return clip(between(log, Math.log(c.worst), Math.log(c.best)), 0, 1);
  },
  efficacy: (x, c) => ("best" in c ? between(x, c.worst, c.best) : NaN),
  distance_to_target: (x, c, direction) =>
    ("best" in c && (direction === 1 ? c.best > 0 : c.best >= 0) ? ratioTo(x, c.best, direction) : NaN),
  min_max: minMax,
  distance_to_maximum: minMax,
  fraction_of_maximum: (x, c, direction) => {
    const answers = c.low < c.high && (direction === 1 ? c.high > 0 : c.low >= 0);
    return answers ? ratioTo(x, direction === 1 ? c.high : c.low, direction) : NaN;
  },
  distance_to_reference: (x, c, direction) => {
    const worst = direction === 1 ? c.low : c.high;
    if (!(c.low < c.high) || !Number.isFinite(c.reference) || near(c.reference, worst)) return NaN;
    return Math.max(between(x, worst, c.reference), 0);
  },
  z_score: (x, c, direction) => (c.sd > 0 ? 0.5 + ((x - c.mean) * direction) / c.sd / RULES.zSpan : NaN),
};

// --- what is missing: the framework's rule for each reason

function applyMissingRules(model, scores, columns, state) {
  const after = new Map();
  for (const code of model.scored) {
    const score = scores.get(code);
    const n = score.v.length;
    const own = columns.get(code);
    const withheld = score.s.map((_, i) => withheldCase(model, code, own, i));
    const cases = score.s.map((s, i) => withheld[i] ?? caseOf(model, code, s, i));
    const rule = cases.map((word) => (word ? model.missing.rules[word] : ""));
    const hidden = withheld.map((word) => word === "");
    const known = score.s.map((s, i) => s === PRESENT || hidden[i]);
    after.set(code, {
      column: fromYears(n, (i) => (rule[i] === "floor" ? [model.scale.floor, PRESENT, 0] : [score.v[i], score.s[i], score.f[i]])),
      known,
      covered: known.map((is, i) => is && (isPresent(own, i) || hidden[i])),
      applies: score.s.map((s) => !DOES_NOT_APPLY.includes(s)),
      counted: rule.map((word) => word !== "exclude"),
    });
  }
  return { after, tooFew: tooFew(model, after, state) };
}

// The case that a score falls under which is there and not shown: as released, or "" (it has a value) where
// a change leaves what was released unknown. What a change leaves without any value is not withheld any more.
function withheldCase(model, code, own, i) {
  if (own.s[i] !== SUPPRESSED && isMoved(own, i)) return undefined;
  const released = (model.withheld.scores[code] || {})[i];
  return released === undefined && own.s[i] === SUPPRESSED && isMoved(own, i) ? "" : released;
}

function caseOf(model, code, s, i) {
  if (s === MISSING && (model.nowhere[i] || []).includes(code)) return "nowhere_reported";
  return RULES.caseOfState[s] || "";
}

// Groups ("" the index) with a least share of members with a value -> the years that fall short of it.
function tooFew(model, after, state) {
  const n = model.years.length;
  const has = new Map([...after].map(([code, one]) => [code, one.known]));
  const exists = new Map([...after].map(([code, one]) => [code, one.applies]));
  const short = new Map();
  for (const whole of [...model.groups.map((g) => g.code), ""]) {
    const members = membersOf(model, whole).filter((m) => weightOf(state, m) > 0);
    const limit = whole ? model.groupOf[whole].least : model.missing.minAvailable;
    const isShort = years(model).map((i) => {
      if (!limit) return false;
      const have = members.filter((m) => has.get(m)[i]).length;
      const need = members.filter((m) => exists.get(m)[i]).length;
      return !meets(have, ">=", limit * need);
    });
    short.set(whole, isShort);
    has.set(whole, Array.from({ length: n }, (_, i) => members.some((m) => has.get(m)[i]) && !isShort[i]));
    exists.set(whole, Array.from({ length: n }, (_, i) => members.some((m) => exists.get(m)[i])));
  }
  return short;
}

// --- weights

const membersOf = (model, whole) => model.members[whole];

// Which indicators and groups take part in the whole above them, by year.
function takingPart(model, active, state, short = null) {
  const result = new Map(active);
  for (const { code } of model.groups) {
    const members = membersOf(model, code).filter((m) => weightOf(state, m) > 0);
    result.set(code, years(model).map((i) => members.some((m) => result.get(m)[i]) && !(short && short.get(code)[i])));
  }
  return result;
}

// Each indicator's weight in the index: the product of the shares from it up to the index.
function effectiveWeights(model, active, state) {
  const part = takingPart(model, active, state);
  const share = new Map();
  for (const whole of ["", ...model.groups.map((g) => g.code)]) {
    const members = membersOf(model, whole);
    const counts = (m, i) => (part.get(m)[i] ? weightOf(state, m) : 0);
    const totals = years(model).map((i) => sum(members.map((m) => counts(m, i))));
    for (const m of members) share.set(m, totals.map((total, i) => (total > 0 ? counts(m, i) / total : 0)));
  }
  const product = new Map();
  for (const { code, parent } of [...model.groups].reverse()) {
    product.set(code, share.get(code).map((s, i) => (parent ? s * product.get(parent)[i] : s)));
  }
  return new Map(model.scored.map((code) =>
    [code, share.get(code).map((s, i) => s * product.get(model.indicators[code].group)[i])]));
}

// --- groups and index

// Each mean as [into, back]: the weighted mean of into(x), put back. Below 0 a power mean has none.
const notNegative = (v) => (v < 0 ? NaN : v);
const meanNamed = (name, power) => {
  if (name === "generalised_mean" && power !== 0 && power !== 1) {
    return [(v) => notNegative(v) ** power, (m) => m ** (1 / power)];
  }
  if (name === "harmonic_mean") return [(v) => 1 / notNegative(v), (m) => 1 / m];
  const isGeometric = name === "geometric_mean" || (name === "generalised_mean" && power === 0);
  return isGeometric ? [Math.log, Math.exp] : [(v) => v, (m) => m];
};

// The mean of the members that take part, with their highest state and all their flags; where none
// takes part no value, and the highest state of all.
function combine(n, columns, members, part, [into, back]) {
  const counting = members.filter(([, weight]) => weight > 0);
  const used = counting.length ? counting : members;
  return fromYears(n, (i) => {
    let [weighted, whole] = [0, 0];
    for (const [code, weight] of used) {
      if (!part.get(code)[i]) continue;
      if (weight > 0) weighted += weight * into(columns.get(code).v[i]);
      whole += weight;
    }
    const value = back(weighted / whole);
    const partakes = used.filter(([code]) => part.get(code)[i]);
    let state = Math.max(...(partakes.length ? partakes : used).map(([code]) => columns.get(code).s[i]));
    if (state === PRESENT && !Number.isFinite(value)) state = NOT_COMPUTABLE;
    const flags = partakes.reduce((all, [code]) => all | columns.get(code).f[i], 0);
    return state === PRESENT ? [value, state, flags] : [NaN, state, 0];
  });
}

function aggregate(model, { after, tooFew: short }, state, stillReleased) {
  const n = model.years.length;
  const all = (key) => new Map([...after].map(([code, one]) => [code, one[key]]));
  const isBelow = (code, i) => {
    for (let group = model.indicators[code].group; group; group = model.groupOf[group].parent) {
      if (short.get(group)[i]) return true;
    }
    return short.get("")[i];
  };
  const active = new Map([...all("counted")].map(([code, is]) => [code, is.map((one, i) => one && !isBelow(code, i))]));
  const coverage = coverageOf(model, all("applies"), all("covered"), state);
  const part = takingPart(model, all("counted"), state, short);
  const columns = all("column");
  for (const whole of [...model.groups.map((g) => g.code), ""]) {
    const members = membersOf(model, whole).map((m) => [m, weightOf(state, m)]);
    const { mean, power } = whole ? model.groupOf[whole] : model.index;
    const column = combine(n, columns, members, part, meanNamed(mean, power));
    const released = withReleased(column, stillReleased.groups[whole] || {});
    const stands = (i) => (whole ? !short.get(whole)[i] : coverage[i] > 0 && !short.get("")[i]);
    columns.set(whole, fromYears(n, (i) => (stands(i) ? [released.v[i], released.s[i], released.f[i]] : [NaN, MISSING, 0])));
  }
  return { columns, coverage, weights: effectiveWeights(model, active, state) };
}

// The weight that has a value over the weight that applies.
function coverageOf(model, applies, covered, state) {
  const weights = effectiveWeights(model, applies, state);
  return years(model).map((i) => Math.min(sum(model.scored.map((c) => (covered.get(c)[i] ? weights.get(c)[i] : 0))), 1));
}

// A column with released values where a withheld member leaves none.
const withReleased = (column, released) => fromYears(column.v.length, (i) =>
  (column.s[i] === SUPPRESSED && i in released ? [released[i], PRESENT, column.f[i]] : [column.v[i], column.s[i], column.f[i]]));

// --- progress since the base year, which is 100

function progressIndex(model, columns, stillReleased) {
  const { progress } = model;
  if (!progress) return null;
  const members = new Map(Object.entries(progress.members).map(([code, member]) =>
    [code, ratioToBase(columns.get(code), model.baseYear, member)]));
  const groups = new Map(progress.groups.map((group) => {
    const released = stillReleased.progress[group.code] || {};
    return [group.code, meanOfRatios(model, members, group.members, meanNamed(group.mean, group.power), released)];
  }));
  const top = progress.groups.map((group) => [group.code, group.weight]);
  const released = stillReleased.progress[""] || {};
  return { members, groups, index: meanOfRatios(model, groups, top, meanNamed(progress.mean, 1), released) };
}

// now / base · 100, or base / now · 100 where less is better. A positive member with a base below its
// floor has no ratio, or its change is measured against the floor.
function ratioToBase(now, baseYear, { direction, floor, isFromFloor }) {
  const base = shifted(now, () => baseYear);
  return fromYears(now.v.length, (i) => {
    const [x, x0] = [now.v[i], base.v[i]];
    const isSmall = direction === 1 && x0 >= 0 && x >= 0 && !meets(x0, ">=", floor);
    const isUsable = x0 > 0 && x >= 0 && (direction === 1 ? x0 : x) > 0 && !isSmall;
    let percent = isUsable ? 100 * (direction === 1 ? x / x0 : x0 / x) : NaN;
    if (isSmall && isFromFloor && floor > 0) percent = 100 + (100 * (x - x0)) / floor;
    let state = Math.max(now.s[i], base.s[i]);
    if (state === PRESENT && !Number.isFinite(percent)) state = NOT_COMPUTABLE;
    return state === PRESENT ? [percent, state, now.f[i] | base.f[i]] : [NaN, state, 0];
  });
}

// The mean over those with a ratio; MISSING below the least coverage, PARTIAL where any was dropped; as
// released, or not told, where a member is withheld.
function meanOfRatios(model, columns, members, mean, released) {
  const n = model.years.length;
  const part = new Map(members.map(([code]) => [code, columns.get(code).s.map((s) => s === PRESENT)]));
  const column = combine(n, columns, members, part, mean);
  const weight = (i, isIn) => members.reduce((all, [code, w]) => all + (isIn(code, i) ? w : 0), 0);
  return fromYears(n, (i) => {
    if (members.some(([code]) => columns.get(code).s[i] === SUPPRESSED)) {
      return i in released ? [released[i], PRESENT, 0] : [NaN, SUPPRESSED, 0];
    }
    const has = weight(i, (code) => part.get(code)[i]);
    const applies = weight(i, (code) => !DOES_NOT_APPLY.includes(columns.get(code).s[i]));
    let state = column.s[i];
    if (state === PRESENT && !meets(has, ">=", model.missing.minCovered * applies)) state = MISSING;
    if (state !== PRESENT) return [NaN, state, 0];
    return [column.v[i], state, column.f[i] | (has < weight(i, () => true) ? PARTIAL : 0)];
  });
}
