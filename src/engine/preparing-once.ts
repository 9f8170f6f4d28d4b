/** One preparation for all workers that start at the same time. Owns the one that goes on. */

import type { Engine, PreparedModule } from './engine';

/** Makes an engine that prepares once for those who ask meanwhile; the signal of the first counts. */
export function preparingOnce(engine: Engine): Engine {
  let pending: Promise<PreparedModule> | undefined;
  return {
    prepare(spec, signal) {
      pending ??= engine.prepare(spec, signal).finally(() => {
        pending = undefined;
      });
      return pending;
    },
    start: (spec, module) => engine.start(spec, module),
  };
}
