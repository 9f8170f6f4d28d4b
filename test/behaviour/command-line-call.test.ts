import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { Command, moduleOf, synapse } from '../support/command';
import { copyFixture, FIXTURES, temporaryFolder } from '../support/fixture';

const CODE = `
import asyncio, datetime, os, sys, time

VERSION = "1.2"

def add(a, b, digits=0):
    print("adding", a, b)
    return round(a + b, digits) if digits else a + b

def kind(value):
    return f"{type(value).__name__} {value}"

def batches(count):
    for number in range(count):
        print("batch", number)
        yield {"number": number}

def endless():
    while True:
        yield "line " * 100

def moment():
    return datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)

def table():
    return {1: b"x"}

def nothing():
    return None

def raises(text):
    raise ValueError(text)

def sleep():
    print("sleeps")
    sys.stdout.flush()
    time.sleep(1000)

def die():
    os._exit(7)

def large():
    return {"id": 2**53 + 1, "all": [2**70]}

def given(*args, **kwargs):
    return str([args, kwargs])

def handle(payload):
    return str(payload)

class Model:
    pass
`;

let place: string;
beforeEach(async () => {
  place = await moduleOf({ 'main.py': CODE });
});

/** The environment that modules without requirements share in tests. */
const SHARED = ['--venv', join(FIXTURES, '.venv')];

const failure = (message: RegExp) => ({ exitCode: 1, stdout: '', stderr: expect.stringMatching(message) });

it('makes a module that can be called at once', async () => {
  const folder = join(await temporaryFolder(), 'py model');
  const made = await synapse('init', folder);
  expect(made).toMatchObject({
    exitCode: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Made .*main\.py[\s\S]*npx synapse call '.*' greet '"Ada"'/),
  });
  expect(await synapse('call', folder, 'greet', '"Ada"')).toMatchObject({
    exitCode: 0,
    stdout: '"Hello, Ada!"',
    stderr: expect.stringMatching(/^greeting Ada$/m),
  });
});

it('names the directory that was made in the README of a module', async () => {
  const folder = await temporaryFolder();
  const spawned = async (directory: string): Promise<string | undefined> => {
    const command = new Command(['init', directory], { cwd: folder });
    expect(await command.ended).toBe(0);
    return /spawn\((.*?)\);/.exec(await readFile(join(folder, directory, 'README.md'), 'utf8'))?.[1];
  };
  expect(await spawned('mod ü')).toBe("'./mod ü'");
  expect(await spawned("it's")).toBe('"./it\'s"');
  expect(await spawned('.')).toBe("'.'");
});

it('asks for the directory where a file of Python is named', async () => {
  expect(await synapse('call', join(place, 'main.py'), 'add')).toMatchObject(
    failure(/main\.py is a file: name its directory, \/.*[^.]\.$/),
  );
  await writeFile(join(place, 'other.py'), '');
  expect(await synapse('call', join(place, 'other.py'), 'add')).toMatchObject(
    failure(/other\.py is a file: name its directory, \/.*, and other as the entry \(--entry other\)\.$/),
  );
});

it('overwrites no file of a directory that a module is to be made in, and says which are there', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'main.py'), 'mine');
  await writeFile(join(folder, 'other.txt'), 'mine');
  expect(await synapse('init', folder)).toMatchObject(failure(/would be overwritten:\n {2}main\.py\nNothing was changed/));
  expect(await readFile(join(folder, 'main.py'), 'utf8')).toBe('mine');
  expect((await readdir(folder)).sort()).toEqual(['main.py', 'other.txt']);
  await execa('rm', [join(folder, 'main.py')]);
  const { stdout } = await synapse('init', folder, '--json');
  expect(JSON.parse(stdout)).toEqual({ directory: folder, files: expect.arrayContaining(['main.py', 'requirements.txt', 'README.md']) });
});

it.each([
  [['add', '1', '-3'], '-2'],
  [['add', '1.25', '1', 'digits=1'], '2.2'],
  [['add', '1.25', '1', '--kwargs', '{"digits": 1}'], '2.2'],
  [['kind', '"a b"'], '"str a b"'],
  [['kind', '123456789012345678901'], '"int 123456789012345678901"'],
  [['kind', '[null]'], '"list [None]"'],
  [['given', '{"id": 9007199254740993}', 'k=[9007199254740993]'], `"[({'id': 9007199254740993},), {'k': [9007199254740993]}]"`],
  [['given', '--kwargs', '{"k": {"id": -9007199254740993}}'], `"[(), {'k': {'id': -9007199254740993}}]"`],
  [['--payload', '[9007199254740993, "9007199254740993"]'], `"[9007199254740993, '9007199254740993']"`],
  [['large'], '{"id":9007199254740993,"all":[1180591620717411303424]}'],
  [['large', '--json'], '{"id":9007199254740993,"all":[1180591620717411303424]}'],
  [['VERSION'], '"1.2"'],
  [['nothing'], 'null'],
  [['batches', '2'], '{"number":0}\n{"number":1}'],
  [['moment'], '"2020-01-02T00:00:00.000Z"'],
  [['table'], 'Map(1) { 1 => Uint8Array(1) [ 120 ] }'],
  [['Model'], '[Python instance Model]'],
])('calls with %p and prints %p', async (args, stdout) => {
  expect(await synapse('call', place, ...SHARED, '--quiet', ...args)).toMatchObject({ exitCode: 0, stdout });
});

it('keeps what the module prints out of its standard output', async () => {
  const { stdout, stderr } = await synapse('call', place, 'batches', '2', '--quiet', ...SHARED);
  expect(stdout).not.toContain('batch ');
  expect(stderr).toBe('batch 0\nbatch 1');
});

it('calls the handler of a loop with a payload, from the command line or standard input', async () => {
  const loop = await copyFixture('echo');
  expect(await synapse('call', loop, '--payload', '{"x": [1]}')).toMatchObject({ exitCode: 0, stdout: '{"x":[1]}' });
  expect(await synapse('call', loop, 'predict', '1')).toMatchObject(failure(/reads frames itself.*--payload/));
  const command = new Command(['call', loop, '--payload', '-', '--json']);
  command.child.stdin.end('"a"\n');
  expect(await command.ended).toBe(0);
  expect(command.stdout).toBe('"a"\n');
});

it.each([
  [['kind', 'Ada'], /The argument Ada is no JSON .*: '"Ada"'$/],
  [['kind', '{a'], /The argument \{a is no JSON .*single quotes/],
  [['kind', '1', '--kwargs', '[1]'], /--kwargs must be an object/],
  [['kind', '--payload', '1'], /leave the function and --kwargs out/],
  [[], /Name the function to call/],
  [['kind', '1', '--timeout', 'soon'], /--timeout must be a whole number of milliseconds; it is soon/],
])('refuses %p before anything is started', async (args, message) => {
  expect(await synapse('call', place, ...args)).toMatchObject(failure(message));
  expect(await readdir(place)).not.toContain('.venv');
});

it('tells an exception of Python with its traceback', async () => {
  const { exitCode, stdout, stderr } = await synapse('call', place, 'raises', '"too small"', '--quiet', ...SHARED);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(
    /^PythonError\(ValueError\): too small\nTraceback \(most recent call last\):\n[\s\S]*main\.py", line \d+, in raises[\s\S]*ValueError: too small$/,
  );
});

it('tells a failure as JSON, too', async () => {
  const { exitCode, stdout } = await synapse('call', place, 'raises', '"x"', '--quiet', '--json', ...SHARED);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      name: 'PythonError(ValueError)',
      message: 'x',
      code: 'ERR_SYNAPSE_PYTHON',
      pythonTraceback: expect.stringMatching(/^Traceback/),
    },
  });
  const { stdout: refused } = await synapse('call', place, 'table', '--json', ...SHARED);
  expect(JSON.parse(refused).error.message).toMatch(/no form in JSON: result is a Map/);
});

it.each([
  [['nope'], /serves nothing called nope/],
  [['die'], /The worker ended with exit code 7/],
  [['sleep', '--timeout', '100'], /had no answer within 100 ms/],
])('fails for %p', async (args, message) => {
  expect(await synapse('call', place, ...SHARED, ...args)).toMatchObject(failure(message));
});

it('tells once why a module does not load', async () => {
  await writeFile(join(place, 'other.py'), 'raise RuntimeError("no model")');
  const { exitCode, stderr } = await synapse('call', place, 'f', '--entry', 'other', ...SHARED);
  expect(exitCode).toBe(1);
  expect(stderr.match(/RuntimeError: no model/g)).toHaveLength(1);
  expect(stderr).toMatch(/other\.py ended with exit code 1 before it was ready/);
});

it('ends with the module when it is interrupted, as a shell tells of it', async () => {
  const command = new Command(['call', place, 'sleep', ...SHARED]);
  await command.told('stderr', /^sleeps$/);
  command.child.kill('SIGINT');
  expect(await command.ended).toBe(130);
  expect(command.stderr).toMatch(/^Interrupted\.$/m);
});

it('ends without a word when nobody reads on', async () => {
  const command = new Command(['call', place, 'endless', '--quiet', ...SHARED]);
  await command.told('stdout', 'line');
  command.child.stdout.destroy();
  expect(await command.ended).toBe(141);
  expect(command.stderr).toBe('');
});

it('shows colours on a terminal, and none where NO_COLOR is set', async () => {
  const onTerminal = async (variables: string): Promise<string> => {
    const line = `${variables} '${process.execPath}' '${join(__dirname, '..', '..', 'dist', 'cli.mjs')}' call '${place}'`;
    const args = process.platform === 'darwin' ? ['-q', '/dev/null', 'sh', '-c', line] : ['-qec', line, '/dev/null'];
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, TERM: 'xterm-256color' };
    return (await execa('script', args, { reject: false, extendEnv: false, env })).stdout;
  };
  expect(await onTerminal('')).toContain('\u001b[31mName the function');
  expect(await onTerminal('NO_COLOR=1')).not.toContain('\u001b[31m');
});
