// The number as the evaluation knows it, and the language of formulas over it.
//
// A column is one quantity of the entity over all years: { v: values, s: states, f: flags }, three
// arrays of equal length; v is NaN exactly where s is not PRESENT. States, flags and thresholds come
// from the program (RULES), and every function here mirrors the one of the same name there:
// cescore/method/formulas.py and cescore/method/thresholds.py.

const { PRESENT, NOT_COMPUTABLE, MISSING, SUPPRESSED, NOT_APPLICABLE, NOT_COLLECTED } = RULES.states;
const { ESTIMATED, PARTIAL, CARRIED } = RULES.flags;
const MOVED = 128; // a flag of this page alone: something that was changed is in it
const isMoved = (column, i) => (column.f[i] & MOVED) > 0;
const DOES_NOT_APPLY = [NOT_APPLICABLE, NOT_COMPUTABLE, NOT_COLLECTED];

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const clip = (value, low, high) => Math.min(Math.max(value, low), high);

// --- thresholds: what is equal but for rounding noise is equal

const near = (x, y) => x === y || (Number.isFinite(x) && Number.isFinite(y)
  && Math.abs(x - y) <= Math.max(RULES.relative * Math.max(Math.abs(x), Math.abs(y)), RULES.absolute));
const compare = {
  ">=": (x, t) => x >= t || near(x, t),
  "<=": (x, t) => x <= t || near(x, t),
  ">": (x, t) => x > t && !near(x, t),
  "<": (x, t) => x < t && !near(x, t),
  "==": (x, t) => near(x, t),
  "!=": (x, t) => !near(x, t),
};
const meets = (x, op, t) => compare[op](x, t);
// A sum or difference that cancels to less than 1e-14 of its larger operand is 0.
const withoutNoise = (result, a, b) =>
  Number.isFinite(result) && Math.abs(result) <= RULES.cancelled * Math.max(Math.abs(a), Math.abs(b)) ? 0 : result;

// --- columns

const emptyColumn = (n, state) => ({ v: Array(n).fill(NaN), s: Array(n).fill(state), f: Array(n).fill(0) });
const columnOf = (n, value, state, flags) =>
  ({ v: Array(n).fill(value), s: Array(n).fill(state), f: Array(n).fill(flags) });
const isPresent = (column, i) => column.s[i] === PRESENT;
// The column of one (value, state, flags) for each year.
const fromYears = (n, cell) => {
  const column = { v: [], s: [], f: [] };
  for (let i = 0; i < n; i += 1) {
    const [value, state, flags] = cell(i);
    column.v.push(value);
    column.s.push(state);
    column.f.push(flags);
  }
  return column;
};
// A column whose year i shows what stands in year from(i); MISSING where there is no such year.
const shifted = (column, from) => fromYears(column.v.length, (i) => {
  const at = from(i);
  return at in column.v ? [column.v[at], column.s[at], column.f[at]] : [NaN, MISSING, 0];
});
// A result with its operands' highest state, or NOT_COMPUTABLE where it is not finite.
const computed = (operands, valueAt) => fromYears(operands[0].v.length, (i) => {
  const value = valueAt(i);
  let [state, flags] = [PRESENT, 0];
  for (const operand of operands) {
    state = Math.max(state, operand.s[i]);
    flags |= operand.f[i];
  }
  if (state === PRESENT && !Number.isFinite(value)) state = NOT_COMPUTABLE;
  return [state === PRESENT ? value : NaN, state, flags];
});
// Flags only where there is a number, but for the page's own: what a formula's outermost column shows.
const settled = (column) => fromYears(column.v.length, (i) =>
  [column.v[i], column.s[i], isPresent(column, i) ? column.f[i] : column.f[i] & MOVED]);

// --- the language: years and the base year's place among them (-1: not there); x reads a column by its code

function language(n, baseYear, x) {
  const map = (change) => (operand) => computed([operand], (i) => change(operand.v[i]));
  const pair = (combine) => (a, b) => computed([a, b], (i) => combine(a.v[i], b.v[i]));
  const several = (combine) => (...operands) =>
    computed(operands, (i) => operands.map((o) => o.v[i]).reduce(combine));
  const plus = (a, b) => withoutNoise(a + b, a, b);

  // Sum or mean without the operands that are NOT_APPLICABLE; PARTIAL where some were left out.
  const overThoseThatApply = (isMean) => (...operands) => fromYears(n, (i) => {
    const used = operands.filter((o) => o.s[i] !== NOT_APPLICABLE);
    if (!used.length) return [NaN, NOT_APPLICABLE, 0];
    const whole = operands.map((o) => (o.s[i] === NOT_APPLICABLE ? 0 : o.v[i])).reduce(plus);
    const value = isMean ? whole / used.length : whole;
    let state = Math.max(...used.map((o) => o.s[i]));
    if (state === PRESENT && !Number.isFinite(value)) state = NOT_COMPUTABLE;
    const partial = used.length < operands.length ? PARTIAL : 0;
    const flags = operands.reduce((all, o) => all | (used.includes(o) ? o.f[i] : o.f[i] & MOVED), partial);
    return [state === PRESENT ? value : NaN, state, flags];
  });

  // The first operand with a value, ESTIMATED unless it is the first of all; one that is withheld has
  // a value, so that no later one is taken, and the result is withheld.
  const firstAvailable = (...operands) => fromYears(n, (i) => {
    const first = operands[0];
    const at = operands.findIndex((o) => o.s[i] === PRESENT || o.s[i] === SUPPRESSED);
    if (at < 0) return [NaN, operands.some((o) => o.s[i] === MISSING) ? MISSING : first.s[i], first.f[i]];
    const taken = operands[at];
    const isSubstitute = at > 0 && isPresent(taken, i);
    const flags = isSubstitute ? taken.f[i] | ESTIMATED : first.f[i];
    return [taken.v[i], taken.s[i], operands.slice(0, at + 1).reduce((all, o) => all | (o.f[i] & MOVED), flags)];
  });

  // Half a unit of the last decimal of a figure: 0.5 of 120, 0.05 of 3.7.
  const halfOfLastDecimal = (value) => {
    for (let decimals = 0; decimals < RULES.mostDecimals; decimals += 1) {
      const unit = 10 ** decimals;
      if (near(Math.round(value * unit) / unit, value)) return 0.5 / unit;
    }
    return 0.5 * 10 ** -RULES.mostDecimals;
  };
  // Where a condition is true, and where it is false; neither where it is not known.
  const truth = (trueAt, falseAt) => ({
    yes: Array.from({ length: n }, (_, i) => trueAt(i)),
    no: Array.from({ length: n }, (_, i) => falseAt(i)),
  });

  return {
    x,
    k: (value) => columnOf(n, value, PRESENT, 0),
    neg: map((v) => -v),
    add: pair(plus),
    sub: pair((a, b) => withoutNoise(a - b, a, b)),
    mul: pair((a, b) => a * b),
    div: pair((a, b) => a / b),
    pow: pair((a, b) => a ** b),
    abs: map(Math.abs),
    sqrt: map(Math.sqrt),
    log: map(Math.log),
    exp: map(Math.exp),
    positive: map((v) => (v > 0 ? v : NaN)),
    min: several((a, b) => Math.min(a, b)),
    max: several((a, b) => Math.max(a, b)),
    total: overThoseThatApply(false),
    mean: overThoseThatApply(true),
    first_available: firstAvailable,
    base: (operand) => shifted(settled(operand), () => baseYear),
    lag: (operand, years) => shifted(settled(operand), (i) => i - years),
    rounding: (...operands) => fromYears(n, (i) => [
      sum(operands.map((o) => (isPresent(o, i) ? halfOfLastDecimal(o.v[i]) : 0))), PRESENT, 0,
    ]),
    // a formula's own value in its declared unit
    finish: (column, factor) => settled(computed([column], (i) => column.v[i] * factor)),
    compare: (op, a, b) => {
      const isKnown = (i) => isPresent(a, i) && isPresent(b, i);
      return truth((i) => isKnown(i) && meets(a.v[i], op, b.v[i]), (i) => isKnown(i) && !meets(a.v[i], op, b.v[i]));
    },
    and: (...parts) => truth((i) => parts.every((p) => p.yes[i]), (i) => parts.some((p) => p.no[i])),
    or: (...parts) => truth((i) => parts.some((p) => p.yes[i]), (i) => parts.every((p) => p.no[i])),
    not: (part) => truth((i) => part.no[i], (i) => part.yes[i]),
    has_value: (operand) => truth((i) => isPresent(operand, i), (i) => !isPresent(operand, i)),
  };
}
