import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, moduleOf } from '../support/command';
import { makeWheel, requireWheels } from '../support/wheel';

const code = (word: string): string => `
import os, threading, time
def say(name="you", mark="."):
    return f"${word} {name}{mark}"
def count(n):
    yield from range(n)
def wait(path):
    print("waits")
    while not os.path.exists(path):
        time.sleep(0.01)
    return "${word} waited"
def die():
    os._exit(5)
def die_later(path):
    def end():
        while not os.path.exists(path):
            time.sleep(0.01)
        os._exit(6)
    threading.Thread(target=end, daemon=True).start()
    return "soon"
`;

/** Begins to develop a module. */
async function develop(
  files: Record<string, string>,
  ...args: string[]
): Promise<[Command, (name: string, text: string) => Promise<void>, string]> {
  const module = await moduleOf(files);
  const edit = async (name: string, text: string): Promise<void> => {
    await mkdir(join(module, name, '..'), { recursive: true });
    await writeFile(join(module, name), text);
  };
  return [new Command(['dev', module, ...args]), edit, module];
}

it('answers lines, and takes the code of now after a change', async () => {
  const [dev, edit] = await develop({ 'main.py': code('Hello') });
  dev.say('say "Ada"   mark="!"');
  await dev.told('stdout', /^"Hello Ada!"$/);
  await edit('main.py', code('Bonjour'));
  await dev.told('stderr', /^synapse: reloaded$/);
  dev.say('say');
  dev.say('count 2');
  await dev.told('stdout', /^"Bonjour you\."\n0\n1$/);
  dev.child.stdin.end();
  expect(await dev.ended).toBe(0);
});

it('calls again after each change, also of a file in a new folder', async () => {
  const [dev, edit] = await develop(
    { 'main.py': 'from parts.word import WORD\ndef say(): return WORD', 'parts/word.py': 'WORD = "a"' },
    '--call',
    'say',
  );
  await dev.told('stdout', /^"a"$/);
  await edit('parts/word.py', 'WORD = "bb"');
  await dev.told('stdout', /^"bb"$/);
  await edit('more/deep/word.py', 'WORD = "c"');
  await dev.told('stdout', /^"bb"$/, 2);
  await edit('main.py', 'from more.deep.word import WORD\ndef say(): return WORD');
  await dev.told('stdout', /^"c"$/);
  await edit('more/deep/word.py', 'WORD = "dd"');
  await dev.told('stdout', /^"dd"$/);
  dev.child.kill('SIGINT');
  expect(await dev.ended).toBe(130);
});

it('shows why the code does not load, and lets the code of before answer until it does', async () => {
  const [dev, edit] = await develop({ 'main.py': code('Hello') });
  await dev.told('stderr', 'is ready');
  await edit('main.py', 'raise RuntimeError("half done")');
  await dev.told('stderr', /^RuntimeError: half done$/);
  await dev.told('stderr', 'the code of before goes on');
  dev.say('say "Ada"');
  await dev.told('stdout', /^"Hello Ada\."$/);
  await edit('main.py', code('Bonjour'));
  await dev.told('stderr', 'reloaded');
  dev.say('say "Ada"');
  await dev.told('stdout', /^"Bonjour Ada\."$/);
});

it('keeps the calls for code that does not load from the start', async () => {
  const [dev, edit] = await develop({ 'main.py': 'def say(:' });
  dev.say('say "Ada"');
  await dev.told('stderr', /^SyntaxError/);
  await dev.told('stderr', /^synapse: waiting for a change$/);
  await edit('main.py', code('Hello'));
  await dev.told('stdout', /^"Hello Ada\."$/);
});

it('lets the old worker finish the call that it has, and gives those that wait to the new one', async () => {
  const [dev, edit, module] = await develop({ 'main.py': code('Old') });
  const go = JSON.stringify(join(module, 'go'));
  dev.say(`wait ${go}`);
  dev.say('say');
  await dev.told('stderr', /^waits$/);
  await edit('main.py', code('New'));
  await dev.told('stdout', /^"New you\."$/);
  await edit('go', '');
  await dev.told('stdout', /^"Old waited"$/);
});

it('tells that the worker ended, and goes on with another', async () => {
  const [dev] = await develop({ 'main.py': code('Hello') }, '--json');
  dev.say('die');
  dev.say('say "Ada"');
  await dev.told('stdout', /^\{"call":"say \\"Ada\\"","result":"Hello Ada\."\}$/);
  const [died] = dev.stdout.split('\n');
  expect(JSON.parse(died ?? '')).toMatchObject({ call: 'die', error: { code: 'ERR_SYNAPSE_WORKER_CRASHED', exitCode: 5 } });
});

it('tells once that the worker ended, by the call that it had or by itself', async () => {
  const [dev, edit, module] = await develop({ 'main.py': code('Hello') });
  dev.say('die');
  dev.say(`die_later ${JSON.stringify(join(module, 'go'))}`);
  await dev.told('stdout', /^"soon"$/);
  await edit('go', '');
  await dev.told('stderr', /ended with exit code 6/);
  dev.say('say');
  await dev.told('stdout', /^"Hello you\."$/);
  expect(dev.stderr.match(/ended with exit code 5/g)).toHaveLength(1);
  expect(dev.stderr.match(/ended with exit code 6/g)).toHaveLength(1);
});

it('says of a call that it has ended why that is', async () => {
  const [dev, edit, module] = await develop({ 'main.py': code('First') }, '--json');
  const errors = () =>
    dev.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).error.message);
  dev.say('wait "never"');
  await dev.told('stderr', /^waits$/);
  await edit('main.py', code('Second'));
  await dev.told('stderr', /^synapse: reloaded$/);
  await edit('main.py', code('Third'));
  await dev.told('stdout', 'The files changed again');
  await dev.told('stderr', /^synapse: reloaded$/, 2);
  dev.say('wait "never"');
  await dev.told('stderr', /^waits$/, 2);
  await makeWheel(module, 'alpha', '1.0');
  await requireWheels(module, 'alpha');
  await dev.told('stdout', 'What the module needs changed');
  dev.say('wait "never"');
  await dev.told('stderr', /^waits$/, 3);
  dev.child.kill('SIGINT');
  expect(await dev.ended).toBe(130);
  expect(errors()).toEqual([
    expect.stringContaining('the worker with the code of before was ended: make the call again'),
    expect.stringContaining('the worker was ended: make the call again'),
    'This call was not answered: "synapse dev" has ended.',
  ]);
});

it('tells what is wrong with a line, or a call, and goes on', async () => {
  const [dev] = await develop({ 'main.py': code('Hello') });
  dev.say('say Ada');
  await dev.told('stderr', 'A text needs quotes: "Ada"');
  dev.say('(say) 1');
  await dev.told('stderr', 'is no name of a function');
  dev.say('say {"a": [1, "} ]"]} mark=" b"');
  await dev.told('stdout', `"Hello {'a': [1, '} ]']} b"`);
  dev.say('nope');
  await dev.told('stderr', 'serves nothing called nope');
  dev.say('say 1 2 3');
  await dev.told('stderr', 'PythonError(TypeError)');
});

it('gives a line of JSON to the handler', async () => {
  const [dev] = await develop({ 'main.py': 'def handle(payload): return [payload]' });
  dev.say('{"x": 1}');
  await dev.told('stdout', /^\[\{"x":1\}\]$/);
});

it('follows the files also where the system does not tell of changes', async () => {
  const unwatchable =
    "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; fs.watch = () => { throw new Error('ENOSPC'); }; syncBuiltinESMExports();";
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(unwatchable)}` };
  const module = await moduleOf({ 'main.py': code('Hello') });
  const dev = new Command(['dev', module, '--call', 'say'], { env });
  await dev.told('stdout', /^"Hello you\."$/);
  await writeFile(join(module, 'main.py'), code('Bonjour'));
  await dev.told('stdout', /^"Bonjour you\."$/);
});

it('follows the files while the module writes others all the time', async () => {
  const busy =
    '\nimport threading\ndef work():\n    while True:\n        open("out.txt", "a").write(".")\n        time.sleep(0.01)\nthreading.Thread(target=work, daemon=True).start()\n';
  const [dev, edit] = await develop({ 'main.py': code('Hello') + busy }, '--call', 'say');
  await dev.told('stdout', /^"Hello you\."$/);
  await edit('main.py', code('Bonjour'));
  await dev.told('stdout', /^"Bonjour you\."$/);
});

it('brings the environment to changed requirements, and makes the calls that waited then', async () => {
  const [dev, edit, module] = await develop({ 'main.py': 'def version():\n    import alpha\n    return alpha.VERSION' });
  await dev.told('stderr', 'is ready');
  dev.say('version');
  await dev.told('stderr', /^ModuleNotFoundError/);
  await makeWheel(module, 'alpha', '1.0');
  await requireWheels(module, 'alpha');
  await dev.told('stderr', 'what the module needs has changed');
  dev.say('version');
  await dev.told('stdout', /^"1\.0"$/);
  await edit('requirements.txt', 'no-such-package-at-all-1 @ file:///no/such/place');
  await dev.told('stderr', /^synapse: waiting for a change$/);
  await requireWheels(module, 'alpha');
  dev.say('version');
  await dev.told('stdout', /^"1\.0"$/, 2);
  await rm(join(module, 'requirements.txt'));
});
