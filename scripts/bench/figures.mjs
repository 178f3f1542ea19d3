// Figures beside their goals: what was measured, whether it holds, and what stands beside it in the same run.

/** A figure that must not exceed its goal. */
export function atMost(figure, measured, goal, unit, beside = "") {
  return line(figure, `≤ ${goal}`, measured, unit, measured <= goal, beside);
}

/** A figure that must reach its goal. */
export function atLeast(figure, measured, goal, unit, beside = "") {
  return line(figure, `≥ ${goal}`, measured, unit, measured >= goal, beside);
}

/** A figure that must not be further from 0 than its goal. */
export function within(figure, measured, goal, unit, beside = "") {
  return line(figure, `± ${goal}`, measured, unit, Math.abs(measured) <= goal, beside);
}

/** A figure that was not taken, and why. */
export function notMeasured(figure, why) {
  return { figure, goal: "", measured: "–", holds: "not measured", beside: why };
}

function line(figure, goal, measured, unit, holds, beside) {
  // Also what is no number misses its goal.
  const words = holds === true ? "yes" : "no";
  return { figure, goal: `${goal} ${unit}`, measured: `${measured} ${unit}`, holds: words, beside };
}
