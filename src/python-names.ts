/** The names that the text of a Python file can be seen to define. Owns reading Python as far as that needs: texts, comments, and where a line ends. */

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;
/** A text of several lines; one of one line; a comment; a line that goes on; a bracket; a line's end; all else. */
const TOKEN =
  /("""|''')(?:\\.|[^\\])*?(?:\1|$)|(["'])(?:\\(?:\r\n|.)|[^\\\n])*?(?:\2|(?=\n)|$)|#[^\n]*|\\\r?\n|[([{]|[)\]}]|\r?\n|[^"'#\\()[\]{}\r\n]+|./gs;
const COMPOUND = /^(?:if|elif|else|for|while|with|try|except|finally|async)\b/;
const DEFINITION = /^(?:(?:async\s+)?def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/u;
const IMPORT = /^from\b.*?\bimport\b\s*\(?([^)]*)/s;
const EQUALS = '(?<![=!<>:+\\-*/%&|^@])=(?!=)';

/**
 * Gives the names that statements at the beginning of a line define, assign or take by `from ... import`, each once.
 *
 * @param text of a file of Python; one that is not valid gives the names that are understood
 */
export function namesIn(text: string): string[] {
  return [...new Set(linesOf(text).flatMap(namesOfLine))];
}

/** Gives the lines as Python counts them, without texts and comments; a statement over several lines is one. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  for (const [token, tripled, quoted] of text.replace(/^\uFEFF/, '').matchAll(TOKEN)) {
    if (tripled || quoted) line += '""';
    else if (token.startsWith('\\')) line += ' ';
    else if (token.endsWith('\n') && depth > 0) line += ' ';
    else if (token.endsWith('\n')) {
      lines.push(line);
      line = '';
    } else if (!token.startsWith('#')) {
      depth = Math.max(0, depth + stepOf(token));
      line += token;
    }
  }
  return [...lines, line];
}

/** How much deeper in brackets what follows is. */
function stepOf(token: string): number {
  return /^[([{]$/.test(token) ? 1 : /^[)\]}]$/.test(token) ? -1 : 0;
}

function namesOfLine(line: string): string[] {
  const [, defined] = DEFINITION.exec(line) ?? [];
  if (defined !== undefined) return [defined];
  if (/^\s/.test(line) || COMPOUND.test(line)) return [];
  return line.split(';').flatMap((statement) => [...imported(statement.trim()), ...assigned(statement.trim())]);
}

function imported(statement: string): string[] {
  const [, list = ''] = IMPORT.exec(statement) ?? [];
  const names = list.split(',').map((each) => each.replace(/^.*\sas\s/s, '').trim());
  return names.filter((name) => NAME.test(name));
}

/** Of `a = b, c = value` all but the value. The defaults of a lambda, which can only be in the value, assign nothing. */
function assigned(statement: string): string[] {
  const [before = ''] = statement.split(/\blambda\b/);
  const parts = parted(before, EQUALS).slice(0, -1);
  return parts.flatMap((part) => targets(parted(part, ':')[0] ?? '')); // after the colon is a type
}

/** Gives the names among what a value is assigned to; attributes and items are none. */
function targets(text: string): string[] {
  const target = text.trim().replace(/^\*\s*/, '');
  if (NAME.test(target)) return [target];
  const parts = parted(target, ',');
  if (parts.length > 1) return parts.flatMap(targets);
  return /^(?:\(.*\)|\[.*\])$/s.test(target) ? targets(target.slice(1, -1)) : [];
}

/** Cuts a text at what separates, but not inside of brackets. */
function parted(text: string, separator: string): string[] {
  const parts: string[] = [];
  let begin = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(new RegExp(`[([{]|[)\\]}]|${separator}`, 'g'))) {
    depth += stepOf(token);
    if (depth > 0 || stepOf(token) !== 0) continue;
    parts.push(text.slice(begin, index));
    begin = index + token.length;
  }
  return [...parts, text.slice(begin)];
}
