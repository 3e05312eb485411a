// Targets, total and grade of the year evaluated, as cescore/method/{targets,assessment,bonus}.py have them.

// --- targets

const SHOWN_WITHOUT = { [MISSING]: "not_reported", [SUPPRESSED]: "suppressed" };
const STATE_NOTES = {
  [NOT_COMPUTABLE]: "not_computable", [NOT_APPLICABLE]: "not_applicable", [NOT_COLLECTED]: "not_collected",
};

function targetLines(model, columns) {
  const { plan } = model;
  return plan ? plan.targets.map((target) => assessTarget(model, target, columns.get(target.indicator))) : [];
}

function assessTarget(model, target, column) {
  const { plan } = model;
  const cell = (at) => (column && at in column.v ? [isPresent(column, at) ? column.v[at] : null, column.s[at]]
    : [null, at < 0 ? MISSING : NOT_COLLECTED]);
  const [[level, levelState], [base, baseState]] = [cell(model.year), cell(plan.baseYear)];
  const line = {
    id: target.id, role: target.role, scored: target.scored, binding: target.binding, level, base,
    isCovered: [levelState, baseState].includes(SUPPRESSED), isMoved: Boolean(column) && column.f.some((flags) => flags & MOVED),
    actual: null, completion: null, schedule: null, scheduleLog: null, needed: null, light: "", points: null, note: "",
  };
  const isLevel = target.type === "level";
  const state = isLevel ? levelState : Math.max(levelState, baseState);
  if (state !== PRESENT) return without(line, state);
  if (isLevel && target.levelUnit !== target.unit) return without(line, NOT_COMPUTABLE, "unit_differs");
  if (!isLevel && !(base > 0)) return without(line, NOT_COMPUTABLE);
  return isLevel ? withLevel(plan, target, line) : withChange(plan, target, line, target.value / 100);
}

// Not returned counts nothing, all else leaves the total.
function without(line, state, note = "") {
  if (state in SHOWN_WITHOUT) {
    return { ...line, light: "not_computable", points: line.scored ? 0 : null, note: note || SHOWN_WITHOUT[state] };
  }
  return { ...line, light: "not_computable", points: null, scored: false, note: note || STATE_NOTES[state] };
}

// A level, on the way from its base value; held where that met it already; else met or not met.
function withLevel(plan, target, line) {
  const { level, base } = line;
  const found = { ...line, actual: level };
  if (base === null) return metOrNot(target, found);
  if (meets(base, target.op, target.value)) return heldLevel(plan, target, found);
  if (target.hasSchedule && Math.min(base, target.value) > 0) {
    const way = target.op === "<=" ? 1 - target.value / base : target.value / base - 1;
    return { ...withChange(plan, target, found, way), actual: level };
  }
  const completion = (base - level) / (base - target.value);
  if (!Number.isFinite(completion)) return metOrNot(target, found);
  found.completion = completion;
  if (plan.isOver) return countedLevel(plan, target, found, completion, ladderPoints(completion, plan));
  if (!plan.elapsed) return { ...found, light: "not_computable", note: "nothing_due_yet" };
  const due = completion / plan.elapsed;
  return countedLevel(plan, target, found, due, ladderPoints(due, plan));
}

// All points or none, where nothing tells the way.
function metOrNot(target, line) {
  const isMet = meets(line.level, target.op, target.value);
  return { ...line, light: isMet ? "met" : "not_met", points: Number(isMet) };
}

// What met its target in the base year: all points while it does, fewer as it loses it, no bonus.
function heldLevel(plan, target, line) {
  const isMet = meets(line.level, target.op, target.value);
  const share = isMet ? 1 : 1 - Math.abs(line.level - target.value) / Math.abs(target.value);
  if (!Number.isFinite(share)) return metOrNot(target, line);
  return countedLevel(plan, target, line, share, ladderPoints(share, { ...plan, bonusStep: 0, bonusMost: 0 }));
}

function countedLevel(plan, target, line, share, points) {
  const isMet = meets(line.level, target.op, target.value);
  return { ...line, light: isMet ? "met" : plan.isOver ? "not_met" : lightOf(share), points };
}

const lightOf = (share) => (meets(share, ">=", 1) ? "on_schedule" : meets(share, ">=", RULES.nearly) ? "nearly" : "behind");

// A fall or rise since the base year: a rise is a negative fall.
function withChange(plan, target, line, goal) {
  const isRise = target.type === "cumulative_increase" || (target.type === "level" && target.op === ">=");
  const sign = isRise ? -1 : 1;
  if (goal <= 0 || sign * goal > 1) return without(line, NOT_COMPUTABLE);
  const [fall, whole] = [1 - line.level / line.base, sign * goal];
  const due = 1 - (1 - whole) ** plan.elapsed;
  const carbon = due ? fall / due : null;
  if (!Number.isFinite(fall / whole) || !Number.isFinite(carbon || 0)) return without(line, NOT_COMPUTABLE);
  const found = {
    ...line,
    actual: sign * fall * 100,
    completion: fall / whole,
    schedule: carbon,
    scheduleLog: scheduleLog(fall, whole),
    needed: yearlyNeeded(fall, whole, plan.yearsLeft),
  };
  const counted = plan.isOver ? fall / whole : carbon;
  if (counted === null) return { ...found, light: "not_computable", note: "nothing_due_yet" };
  let light = lightOf(counted);
  if (plan.isOver) light = light === "on_schedule" ? "met" : "not_met";
  return { ...found, light, points: ladderPoints(counted, plan) };
}

function scheduleLog(fall, whole) {
  if (fall >= 1 || whole >= 1) return null;
  const way = Math.log(1 - whole);
  return way ? Math.log(1 - fall) / way : null;
}

// Average yearly change still needed [%], positive in the direction of the target.
function yearlyNeeded(fall, whole, yearsLeft) {
  if (yearsLeft <= 0 || fall >= 1) return null;
  const factor = ((1 - whole) / (1 - fall)) ** (1 / yearsLeft);
  return Math.max(whole > 0 ? 1 - factor : factor - 1, 0) * 100;
}

// Share of the points that a completion earns: by the rungs of the ladder, the highest one reached or
// straight lines between them, and a bonus for each 10 % beyond 100 %.
function ladderPoints(completion, { ladder, form, bonusStep, bonusMost }) {
  let tens = (completion - 1) * 10;
  if (form === "steps") {
    tens = Math.floor(tens);
    if (meets((completion - 1) * 10, ">=", tens + 1)) tens += 1;
  }
  return ladderShare(completion, ladder, form) + Math.min(Math.max(tens, 0) * bonusStep, bonusMost);
}

function ladderShare(completion, ladder, form) {
  const percent = completion * 100;
  if (!ladder.length) return clip(completion, 0, 1);
  if (form === "steps") return Math.max(0, ...ladder.filter(([least]) => meets(percent, ">=", least)).map(([, share]) => share));
  const rungs = [...ladder].sort(([a], [b]) => a - b);
  const knots = rungs[0][0] <= 0 ? rungs : [[0, 0], ...rungs];
  if (percent < knots[0][0]) return 0;
  const at = knots.findIndex(([least], i) => i > 0 && percent < least);
  if (at < 0) return knots[knots.length - 1][1];
  const [[low, less], [high, more]] = [knots[at - 1], knots[at]];
  return less + ((percent - low) / (high - low)) * (more - less);
}

// --- the total and its grade

const NO_GRADE = { total: null, grade: null, reason: "", provisional: false, parts: {}, weights: {}, bonus: null };

const UNTOLD = "withheld"; // in place of the points of a part that counts and that nobody may know

function assess(model, column, coverage, targets, bonusRules, filed) {
  const { plan } = model;
  const index = isPresent(column, model.year) ? column.v[model.year] : null;
  if (!plan) return null;
  if (!plan.weights || !plan.bands.length) return { ...NO_GRADE, reason: "no_rules" };
  if (model.isForStatisticsAlone) return { ...NO_GRADE, reason: "statistical_basis" };
  const { floor, top } = model.scale;
  const parts = {
    targets: targetPart(plan, targets),
    index: index === null ? null : ((index - floor) / (top - floor)) * 100,
    measures: plan.released.measures,
  };
  // what stands on a withheld figure cannot be told, not even a grade that a veto limits
  const untold = Object.keys(parts).filter((part) => parts[part] === UNTOLD);
  const mayVeto = plan.isOver && targets.some((line) => line.binding && line.isCovered);
  const isWithheld = column.s[model.year] === SUPPRESSED || untold.length > 0 || mayVeto;
  if (filed && isWithheld) return { ...NO_GRADE, reason: "withheld" };
  for (const part of untold) parts[part] = null; // nothing is filed: there is no total of it in any case
  const weights = usedWeights(plan, parts);
  const lacksIndex = parts.index === null && Boolean(plan.weights.index);
  const obstacle = !filed ? "not_filed" : !meets(coverage, ">=", model.missing.minCovered) ? "insufficient_data"
    : lacksIndex ? "index_not_computable" : "";
  const bonus = bonusPoints(plan, bonusRules, model.year);
  let total = null;
  if (["", "insufficient_data"].includes(obstacle) && !lacksIndex && Object.keys(weights).length) {
    total = sum(Object.entries(weights).map(([part, weight]) => weight * parts[part]));
    if (bonus !== null) total = Math.min(total + bonus, RULES.most);
  }
  return { ...NO_GRADE, ...graded(plan, total, obstacle, targets), total, parts, weights, bonus };
}

// The points of the targets; above covered ones those released, which hold while no target has moved.
function targetPart(plan, targets) {
  const scored = targets.filter((line) => line.scored);
  if (plan.released.targets === UNTOLD || scored.some((line) => line.isCovered)) {
    const hasMoved = targets.some((line, i) => plan.targets[i].scored && line.isMoved); // it may count no more
    return hasMoved ? UNTOLD : plan.released.targets ?? UNTOLD;
  }
  const points = scored.filter((line) => line.points !== null).map((line) => line.points);
  return points.length ? Math.min(sum(points) / points.length, 1) * 100 : null;
}

// The weights of the parts that have a value, together 1.
function usedWeights(plan, parts) {
  const present = RULES.parts.filter((part) => parts[part] !== null && plan.weights[part]);
  const whole = sum(present.map((part) => plan.weights[part]));
  return Object.fromEntries(present.map((part) => [part, plan.weights[part] / whole]));
}

function bonusPoints({ bonus }, rules, year) {
  if (!bonus || !bonus.items.length) return null;
  const isEarned = (item) => (item.id in rules ? rules[item.id]().yes[year] : item.isEarned);
  return Math.min(sum(bonus.items.filter(isEarned).map((item) => item.points)), bonus.most);
}

const gradeOf = (bands, total) => bands.find((band) => meets(total, ">=", band.least)) || bands[bands.length - 1];

// The grade earned, or the worst that a standing veto leads to, or why there is none.
function graded(plan, total, obstacle, targets) {
  const earned = total !== null && !obstacle ? gradeOf(plan.bands, total) : null;
  const broken = plan.isOver ? targets.filter((line) => line.binding && line.light === "not_met") : [];
  const ledTo = [...plan.vetoGrades, ...broken.map(() => plan.bands[plan.bands.length - 1])];
  const place = (band) => {
    const at = plan.bands.findIndex((one) => one.zh === band.zh);
    return at < 0 ? plan.bands.length : at;
  };
  const vetoed = ledTo.length ? [...ledTo, ...(earned ? [earned] : [])].reduce((a, b) => (place(b) > place(a) ? b : a)) : null;
  const grade = vetoed || earned;
  if (!grade) return { grade: null, reason: obstacle };
  return { grade, provisional: Boolean(plan.doubt), reason: vetoed ? "veto_standing" : plan.doubt };
}
