/** What must be done to bring an environment to its inputs. A pure decision. */

import type { Interpreter } from './discover';
import type { Expectation, Health, Stamp } from './fingerprint';
import type { Inputs } from './inputs';
import type { Installer } from './installer';
import { isForeign } from './ownership';

/** What a decision depends on. */
export interface Circumstances {
  readonly expected: Expectation;
  readonly health: Exclude<Health, { state: 'ready' }>;
  readonly inputs: Inputs;
  readonly interpreter: Interpreter;
  readonly installer: Pick<Installer, 'isExact'>;
}

/** What must be done to bring an environment to its inputs. */
export type Work = 'create' | 'rebuild' | 'update' | 'restamp' | 'adopt';

/**
 * Decides what must be done. `update` changes a complete environment in place, which only an installer can that also removes;
 * `restamp` changes nothing but the stamp; `adopt` takes over what somebody else made, if it has what is needed.
 */
export function decide(job: Circumstances): Work {
  const { expected, health, inputs, interpreter, installer } = job;
  if (isForeign(expected.venv)) return 'adopt';
  if (health.state === 'absent') return 'create';
  if (health.state !== 'stale' || !isSamePython(health.stamp, interpreter)) return 'rebuild';
  const { stamp } = health;
  const hasLocalCode = inputs.packages.some(({ editable }) => editable);
  if (stamp.venv !== expected.venv && (!stamp.movable || hasLocalCode)) return 'rebuild';
  const isOther = expected.installer !== 'auto' && !stamp.installer.startsWith(expected.installer) && inputs.asksForSomething;
  if (stamp.essence === inputs.essence && !isOther) return 'restamp';
  return installer.isExact && stamp.movable && inputs.asksForSomething && !inputs.hashed ? 'update' : 'rebuild';
}

/** Packages are made for one minor version and its ABI; the environment's own interpreter is a link to this very file. */
function isSamePython({ python }: Stamp, { executable, platform, version }: Interpreter): boolean {
  const minor = (text: string): string => text.split('.').slice(0, 2).join('.');
  return python.executable === executable && python.platform === platform && minor(python.version) === minor(version);
}
