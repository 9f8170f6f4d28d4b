/** What to do about an installer's failure. Owns the table from what installers print to what helps. */

interface Rule {
  readonly pattern: RegExp;
  readonly hint: string;
}

/** Specific texts first: pip reports an unreachable index as a package without versions. */
const RULES: readonly Rule[] = [
  {
    pattern: /No space left on device|ENOSPC/i,
    hint: 'The disk is full: make room and run it again.',
  },
  {
    pattern: /EROFS|EACCES|EPERM|Permission denied|Read-only file system/i,
    hint: 'This user cannot write there: prepare the environment beforehand as a user who can, or name another place with the venv option.',
  },
  {
    pattern: /CERTIFICATE_VERIFY_FAILED|invalid peer certificate/i,
    hint: 'The package index shows a certificate that is not trusted here: set SSL_CERT_FILE to the certificates of your network.',
  },
  {
    pattern:
      /Failed to establish a new connection|Temporary failure in name resolution|dns error|error sending request|Retrying \(Retry\(/i,
    hint: 'The package index cannot be reached: check the network and the proxy variables, then run it again.',
  },
  {
    pattern: /do not match the hashes|Hash mismatch/i,
    hint: 'A downloaded file is not the one whose hash the requirements name: check the hash; do not skip this check.',
  },
  {
    pattern: /ResolutionImpossible|conflicting dependencies|No solution found[\s\S]*depends on/i,
    hint: 'Two requirements exclude each other (see above): loosen the version of one of them.',
  },
  {
    pattern:
      /No matching distribution found|Could not find a version|was not found in the p(?:ackage registry|rovided package locations)|there is no version of/i,
    hint: 'A requirement names a package or version that does not exist for this Python: check its spelling and version (the name to install is not always the name to import).',
  },
  {
    pattern: /Invalid requirement|Couldn't parse requirement|Expected package name/i,
    hint: 'A line of the requirements is not understood: correct it.',
  },
  {
    pattern: /Failed building wheel|Failed to build|build backend returned an error|subprocess-exited-with-error/i,
    hint: 'A package has no ready build for this Python and could not be compiled here: ask for a version that has one, use another Python, or install a compiler.',
  },
];

const GENERAL_HINT = 'Mend what the lines above name, then run it again: it starts afresh.';

/** Gives the advice for a failure. */
export function hintFor(output: string): string {
  return RULES.find(({ pattern }) => pattern.test(output))?.hint ?? GENERAL_HINT;
}
