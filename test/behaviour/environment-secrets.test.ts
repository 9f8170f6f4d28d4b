import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ProvisionOptions } from '../../src/environment/environment-options';
import type { ProvisionEvent } from '../../src/environment/progress';
import { provision } from '../../src/environment/provisioner';
import type { ProvisionError } from '../../src/errors';
import { fast, moduleWithWheels } from '../support/environments';
import { rejection } from '../support/until';

const SECRET = 'hush-hush';
let server: Server;
let index: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const isAllowed = request.headers.authorization === `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`;
    response.writeHead(isAllowed ? 404 : 401).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  index = `http://me:${SECRET}@127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
});

afterAll(() => new Promise((closed) => server.close(closed)));

const own = (env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ ...env, PIP_FIND_LINKS: '', UV_FIND_LINKS: '' });
const ways: [string, (options: ProvisionOptions) => ProvisionOptions, string][] = [
  ['a line of requirements.txt', (options) => options, '--index-url {index}\n'],
  ['PIP_INDEX_URL', (options) => ({ ...options, env: { ...options.env, PIP_INDEX_URL: index } }), ''],
  ['PIP_EXTRA_INDEX_URL', (options) => ({ ...options, env: { ...options.env, PIP_EXTRA_INDEX_URL: index, PIP_INDEX_URL: index } }), ''],
  ['a variable', (options) => ({ ...options, env: { ...options.env, TOKEN: SECRET } }), '--index-url {variable}\n'],
];

describe.each<[string, ProvisionOptions]>([
  ['uv', { ...fast, env: own(fast.env) }],
  ['pip', { installer: 'pip', env: own() }],
])('with %s', (_, options) => {
  it.each(ways)('a password in %s is in no event, error or file of ours', async (_way, arrange, line) => {
    const folder = await moduleWithWheels();
    const variable = index.replace(SECRET, '$' + '{TOKEN}');
    await writeFile(join(folder, 'requirements.txt'), `${line.replace('{index}', index).replace('{variable}', variable)}no-such-package\n`);
    const events: ProvisionEvent[] = [];
    const error = await rejection<ProvisionError>(provision(folder, { ...arrange(options), onProgress: (event) => events.push(event) }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'install' });
    const told = JSON.stringify([events, error.message, error.output, error.command, error.hint, error.stack]);
    expect(told).not.toContain(SECRET);
    expect(told).toContain('no-such-package');
    for (const name of await readdir(join(folder, '.venv'))) {
      if (name.startsWith('.synapse')) expect(await readFile(join(folder, '.venv', name), 'utf8')).not.toContain(SECRET);
    }
  });
});

it('a password that changes does not change the environment, another variable does', async () => {
  const folder = await moduleWithWheels();
  const text = '--extra-index-url http://me:$' + '{TOKEN}@127.0.0.1:9/simple\n--no-index\n--find-links wheels\nalpha==$' + '{ALPHA}\n';
  await writeFile(join(folder, 'requirements.txt'), text);
  const options = (TOKEN: string, ALPHA: string): ProvisionOptions => ({ installer: 'pip', env: own({ TOKEN, ALPHA }) });
  await provision(folder, options('one', '1.0'));
  const stamp = await readFile(join(folder, '.venv', '.synapse.json'), 'utf8');
  expect(stamp).not.toContain('"one"');
  expect((await provision(folder, options('two', '1.0'))).reused).toBe(true);
  expect((await provision(folder, options('two', '2.0'))).distributions).toEqual(['alpha-2.0.dist-info']);
});
