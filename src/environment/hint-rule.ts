/** One rule from what an installer prints to what helps. Owns its form. */

export interface HintRule {
  /** Looked for in the output as one line: every run of white space is one space, every backtick an apostrophe. */
  readonly pattern: RegExp;
  /** The advice, or what makes it; undefined if the rule does not fit after all. */
  readonly hint: string | ((found: RegExpExecArray, output: string) => string | undefined);
}

/** What the first group that took part has matched: the forms of one end name the same thing in different places. */
export function firstGroup(found: RegExpExecArray): string | undefined {
  return found.slice(1).find((group) => group !== undefined);
}
