/** What `synapse doctor` finds, and how it is told. */

import { type Style, styled } from './output';

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at, in one word or two. */
  readonly name: string;
  /** `warning`: it works, but slower or not as one may think. `problem`: modules do not run. */
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was found. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}

export function ok(name: string, detail: string): Finding {
  return { name, state: 'ok', detail };
}

export function warning(name: string, detail: string, advice: string): Finding {
  return { name, state: 'warning', detail, advice };
}

export function problem(name: string, detail: string, advice: string): Finding {
  return { name, state: 'problem', detail, advice };
}

const MARKS: Record<Finding['state'], readonly [mark: string, style: Style]> = {
  ok: ['ok', 'green'],
  warning: ['warning', 'yellow'],
  problem: ['problem', 'red'],
};

/** Gives findings as lines for a person. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ name, state, detail, advice }) => {
    const [mark, style] = MARKS[state];
    const [first = '', ...rest] = [...detail.split('\n'), ...(advice === undefined ? [] : [`-> ${advice}`])];
    const head = `${styled(style, mark.padEnd(8), process.stdout)} ${styled('bold', name.padEnd(12), process.stdout)} ${first}`;
    return [head, ...rest.map((line) => `${' '.repeat(22)}${line}`)];
  });
  return [...lines, '', summary(findings)].join('\n');
}

function summary(findings: readonly Finding[]): string {
  const count = (state: Finding['state']): number => findings.filter((each) => each.state === state).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems + warnings === 0) return 'All is well.';
  const several = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${several(problems, 'problem')}, ${several(warnings, 'warning')}.`;
}
