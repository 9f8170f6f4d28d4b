import { readFileSync } from 'node:fs';
import { ManagerErrors, ModuleErrors } from '../../src/api/module-errors';
import { ManagerEvents, ModuleEvents } from '../../src/api/module-events';
import { CallTimeoutError, RemoteError, UnknownMethodError, UnsupportedCallError } from '../../src/call-errors';
import { AlreadySpawnedError, NotReadyError, SpawnError, SynapseError, WorkerCrashedError } from '../../src/errors';
import { HeartbeatTimeoutError, ModuleDefinitionError, RestartLimitError, SchemaMismatchError } from '../../src/module-errors';

type Case = [error: Error, errorClass: new (...args: never[]) => Error, code: string, fields: object, told: RegExp];

const cause = new Error('disk full');

const MODULE: Record<keyof typeof ModuleErrors, Case> = {
  notReady: [ModuleErrors.notReady('worker', 'created'), NotReadyError, 'NOT_READY', { state: 'created' }, /worker.*created.*spawn/],
  disconnected: [ModuleErrors.disconnected('worker'), NotReadyError, 'NOT_READY', { state: 'disconnected' }, /worker.*has ended/],
  executableNotConfigured: [
    ModuleErrors.executableNotConfigured('worker'),
    ModuleDefinitionError,
    'MODULE_DEFINITION',
    { module: 'worker' },
    /worker.*\.executable/,
  ],
  noMethodsRegistered: [
    ModuleErrors.noMethodsRegistered('worker'),
    ModuleDefinitionError,
    'MODULE_DEFINITION',
    { module: 'worker' },
    /worker.*\.method/,
  ],
  unknownMethod: [
    ModuleErrors.unknownMethod('unknown'),
    UnknownMethodError,
    'UNKNOWN_METHOD',
    { method: 'unknown', available: [] },
    /unknown/,
  ],
  methodNotRegistered: [
    ModuleErrors.methodNotRegistered('f', 'worker', ['g']),
    UnknownMethodError,
    'UNKNOWN_METHOD',
    { method: 'f', available: ['g'] },
    /worker.*f \(there are g\)/,
  ],
  methodNotInSchema: [
    ModuleErrors.methodNotInSchema('f', 'worker'),
    SchemaMismatchError,
    'SCHEMA_MISMATCH',
    { module: 'worker', kind: 'method', member: 'f', expected: 'result', actual: undefined },
    /worker.*f/,
  ],
  methodReturnsStream: [
    ModuleErrors.methodReturnsStream('f'),
    UnsupportedCallError,
    'UNSUPPORTED_CALL',
    { method: 'f', response: 'stream', used: 'send' },
    /module\.stream/,
  ],
  methodNotStream: [
    ModuleErrors.methodNotStream('f', 'ack'),
    UnsupportedCallError,
    'UNSUPPORTED_CALL',
    { method: 'f', response: 'ack', used: 'stream' },
    /module\.send/,
  ],
  timeout: [
    ModuleErrors.timeout('process'),
    CallTimeoutError,
    'CALL_TIMEOUT',
    { method: 'process', timeout: 30_000, phase: 'run' },
    /process.*30000 ms.*requestTimeout/,
  ],
  unknownEvent: [
    ModuleErrors.unknownEvent('e', 'worker', ['progress']),
    ModuleDefinitionError,
    'MODULE_DEFINITION',
    { module: 'worker' },
    /e \(there are progress\)/,
  ],
  remoteError: [
    ModuleErrors.remoteError('f', cause),
    RemoteError,
    'REMOTE',
    { type: 'Error', remoteStack: cause.stack, cause },
    /f.*disk full/,
  ],
};

const MANAGER: Record<keyof typeof ManagerErrors, Case> = {
  alreadyRegistered: [
    ManagerErrors.alreadyRegistered('worker'),
    ModuleDefinitionError,
    'MODULE_DEFINITION',
    { module: 'worker' },
    /worker.*already/,
  ],
  notRegistered: [
    ManagerErrors.notRegistered('worker', ['other']),
    ModuleDefinitionError,
    'MODULE_DEFINITION',
    { module: 'worker' },
    /worker.*there are other/,
  ],
  spawnNotAllowed: [
    ManagerErrors.spawnNotAllowed('worker', 'ready'),
    AlreadySpawnedError,
    'ALREADY_SPAWNED',
    { state: 'ready' },
    /worker.*ready/,
  ],
  initTimeout: [
    ManagerErrors.initTimeout('worker', 50, 'loading'),
    SpawnError,
    'SPAWN',
    { moduleName: 'worker', attempts: 1, lastError: undefined, output: 'loading' },
    /worker.*50 ms.*initTimeout[\s\S]*loading/,
  ],
  moduleError: [
    ManagerErrors.moduleError('worker', cause),
    SpawnError,
    'SPAWN',
    { moduleName: 'worker', attempts: 1, lastError: cause, cause, output: '' },
    /worker.*disk full/,
  ],
  schemaMissingMethod: [
    ManagerErrors.schemaMissingMethod('worker', 'f', 'stream', ['g']),
    SchemaMismatchError,
    'SCHEMA_MISMATCH',
    { module: 'worker', kind: 'method', member: 'f', expected: 'stream', actual: undefined },
    /worker.*f.*there are g/,
  ],
  schemaMissingEvent: [
    ManagerErrors.schemaMissingEvent('worker', 'e'),
    SchemaMismatchError,
    'SCHEMA_MISMATCH',
    { module: 'worker', kind: 'event', member: 'e', expected: 'event', actual: undefined },
    /worker.*e/,
  ],
  schemaResponseMismatch: [
    ManagerErrors.schemaResponseMismatch('worker', 'f', 'stream', 'result'),
    SchemaMismatchError,
    'SCHEMA_MISMATCH',
    { module: 'worker', kind: 'method', member: 'f', expected: 'stream', actual: 'result' },
    /worker.*f.*stream.*result/,
  ],
  processCrashed: [
    ManagerErrors.processCrashed('worker', 3, null, 'boom'),
    WorkerCrashedError,
    'WORKER_CRASHED',
    { exitCode: 3, signal: null, stderr: 'boom' },
    /worker.*exit code 3[\s\S]*boom/,
  ],
  restartFailed: [
    ManagerErrors.restartFailed('worker', cause, 4),
    SpawnError,
    'SPAWN',
    { moduleName: 'worker', attempts: 4, lastError: cause },
    /worker.*4 attempts.*disk full/,
  ],
  tooManyRestarts: [
    ManagerErrors.tooManyRestarts('worker', 5, 60_000, cause),
    RestartLimitError,
    'RESTART_LIMIT',
    { restarts: 5, windowMs: 60_000, lastError: cause, cause },
    /worker.*5 times.*60000 ms.*restartLimit/,
  ],
  heartbeatTimeout: [
    ManagerErrors.heartbeatTimeout('worker', 700, 'quiet'),
    HeartbeatTimeoutError,
    'HEARTBEAT_TIMEOUT',
    { timeout: 700, stderr: 'quiet' },
    /worker.*700 ms.*timeoutMs/,
  ],
};

const cases = Object.entries({ ...MODULE, ...MANAGER });

test.each(cases)(
  '%s gives the class, code and fields that its documentation tells, and says what to do',
  (_, [error, errorClass, code, fields, told]) => {
    expect([error instanceof errorClass, error instanceof SynapseError]).toEqual([true, true]);
    expect(error.name).toBe(errorClass.name);
    expect(error).toMatchObject({ code: `ERR_SYNAPSE_${code}`, ...fields });
    expect(error.message).toMatch(told);
  },
);

it('has the factories that users know, each of them tested', () => {
  expect(Object.keys(ModuleErrors)).toEqual(
    'notReady disconnected executableNotConfigured noMethodsRegistered unknownMethod methodNotRegistered methodNotInSchema methodReturnsStream methodNotStream timeout unknownEvent remoteError'.split(
      ' ',
    ),
  );
  expect(Object.keys(ManagerErrors)).toEqual(
    'alreadyRegistered notRegistered spawnNotAllowed initTimeout moduleError schemaMissingMethod schemaMissingEvent schemaResponseMismatch processCrashed restartFailed tooManyRestarts heartbeatTimeout'.split(
      ' ',
    ),
  );
  expect(Object.keys(MODULE)).toEqual(Object.keys(ModuleErrors));
  expect(Object.keys(MANAGER)).toEqual(Object.keys(ManagerErrors));
});

it('a remote error of a text has that text', () => {
  const error = ModuleErrors.remoteError('f', 'no such file');
  expect([error.message, error.type, error.cause]).toEqual(['f failed in the worker: no such file', 'Error', undefined]);
});

it('names its events as its users know them', () => {
  expect(Object.keys(ModuleEvents)).toEqual(expect.arrayContaining(['STATE', 'ERROR', 'DISCONNECTED']));
  expect(Object.keys(ManagerEvents).sort()).toEqual(['CLOSED', 'ERROR', 'READY', 'RESTARTING', 'RETRYING', 'SPAWN_FAILED']);
});

it('tells in the documentation of each factory the class and code that it gives', () => {
  const source = readFileSync(require.resolve('../../src/api/module-errors'), 'utf8');
  for (const [name, [, errorClass, code]] of cases) {
    const before = source.slice(0, source.search(new RegExp(`^  ${name}\\(`, 'm')));
    expect(before.slice(before.lastIndexOf('/**'))).toMatch(new RegExp(`@returns an? ${errorClass.name} \\(ERR_SYNAPSE_${code}\\)`));
  }
});
