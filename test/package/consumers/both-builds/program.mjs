/** Loads the package twice, by import and by require, and tells as JSON which errors of one build are instances of the other's classes. */

import { createRequire } from 'node:module';
import * as imported from 'synapse-py';

const required = createRequire(import.meta.url)('synapse-py');

/** Makes an error the way a program gets one: a call to a module that was never spawned. */
function notReady({ Synapse }) {
  return new Synapse().call({}).catch((error) => error);
}

/** Names the classes of a build that a value is an instance of. */
function classesOf(value, { SynapseError, NotReadyError, DisposedError }) {
  return [SynapseError, NotReadyError, DisposedError].filter((type) => value instanceof type).map((type) => type.name);
}

process.stdout.write(
  JSON.stringify({
    names: { imported: Object.keys(imported).sort(), required: Object.keys(required).sort() },
    areTwoBuilds: imported.Synapse !== required.Synapse && imported.NotReadyError !== required.NotReadyError,
    requiredByImported: classesOf(await notReady(required), imported),
    importedByRequired: classesOf(await notReady(imported), required),
    typeErrorByImported: classesOf(new TypeError('not ours'), imported),
    typeErrorByRequired: classesOf(new TypeError('not ours'), required),
  }),
);
