import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { environmentPython, scriptsDirectory } from '../../src/environment/layout';
import { type UvSettings, uvSettingsOf } from '../../src/environment/pip-configuration';
import { PYTHON_DIRECTORY } from '../../src/paths';
import { temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';
import { makeWheel } from '../support/wheel';

const UV = join(scriptsDirectory(join(PYTHON_DIRECTORY, '.venv')), 'uv');
const SECRET = 's3cret';
const NO_FILES = { PIP_CONFIG_FILE: process.platform === 'win32' ? 'nul' : '/dev/null' };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

let python: string;
beforeAll(async () => {
  const asked = await execa('python3', ['-I', '-S', '-c', 'import os, sys; print(os.path.realpath(sys._base_executable))']);
  python = asked.stdout;
});

/** A machine whose home is empty, and from which the public index cannot be reached. */
async function bareMachine() {
  const home = await temporaryFolder();
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, '.config'),
    SYSTEMROOT: process.env['SYSTEMROOT'],
    XDG_CONFIG_DIRS: home,
    HTTPS_PROXY: 'http://127.0.0.1:9',
    UV_HTTP_RETRIES: '0',
    UV_CACHE_DIR: join(home, 'cache'),
  };
  const configure = async (text: string, file = join(home, '.config', 'pip', process.platform === 'win32' ? 'pip.ini' : 'pip.conf')) => {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
  };
  return { home, env, configure };
}

/** Serves the wheels of a folder to who knows the password. */
async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, kind, name = ''] = (request.url ?? '').split('/');
  if (request.headers.authorization !== `Basic ${Buffer.from(`ada:${SECRET}`).toString('base64')}`) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="wheels"' }).end();
  } else if (request.method !== 'GET') {
    response.writeHead(405).end();
  } else {
    const file = kind === 'simple' ? `${name}-1.0-py3-none-any.whl` : name;
    const wheel = await readFile(join(folder, 'wheels', file)).catch(() => undefined);
    response.writeHead(wheel ? 200 : 404, kind === 'simple' ? { 'Content-Type': 'text/html' } : {});
    response.end(wheel && kind === 'simple' ? `<a href="/files/${file}">${file}</a>` : wheel);
  }
}

/** Starts an index that holds one package, and gives its address without and with credentials. */
async function startIndex(name: string, tls?: object): Promise<{ open: string; full: string }> {
  const folder = await temporaryFolder();
  await makeWheel(folder, name, '1.0');
  const serve = (request: IncomingMessage, response: ServerResponse) => void answer(folder, request, response);
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
  const scheme = tls ? 'https' : 'http';
  return { open: `${scheme}://${place}`, full: `${scheme}://ada:${SECRET}@${place}` };
}

const NOTHING: UvSettings = { variables: {}, arguments: [], problems: [] };

/** What uv says when it installs into a new environment. */
async function install(env: NodeJS.ProcessEnv, settings: UvSettings, ...packages: string[]) {
  const folder = await temporaryFolder();
  const options = {
    cwd: folder,
    env: { ...env, ...settings.variables } as Record<string, string>,
    extendEnv: false,
    reject: false,
  } as const;
  await execa(UV, ['venv', '--no-config', '--python', python, 'venv'], options);
  const args = ['pip', 'install', '--python', environmentPython(join(folder, 'venv')), ...settings.arguments, ...packages];
  const { exitCode, stderr } = await execa(UV, args, options);
  return { exitCode, stderr };
}

it('reaches the index that pip reaches, with its password, and uv by itself does not', async () => {
  const { env, configure } = await bareMachine();
  const { full } = await startIndex('alpha');
  await configure(`[global]\nindex-url = ${full}\n`);
  const settings = await uvSettingsOf(python, env);
  expect(settings.variables['UV_DEFAULT_INDEX']).toBe(full);
  expect(await install(env, settings, 'alpha')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('+ alpha==1.0') });
  expect(await install(env, { ...NOTHING, variables: { ...settings.variables, UV_DEFAULT_INDEX: '' } }, 'alpha')).not.toMatchObject({
    exitCode: 0,
  });
  const folder = await temporaryFolder();
  const pip = await execa(python, ['-m', 'pip', 'download', '--no-deps', '-d', folder, 'alpha'], { env, extendEnv: false });
  expect(pip.stdout).toContain('alpha-1.0-py3-none-any.whl');
});

it('takes the file that PIP_CONFIG_FILE names before the one at home, variables of pip before both, and those of uv before all', async () => {
  const { home, env, configure } = await bareMachine();
  const [alpha, beta] = [await startIndex('alpha'), await startIndex('beta')];
  const named = { ...env, PIP_CONFIG_FILE: join(home, 'named.conf') };
  await configure('[global]\nindex-url = http://home.invalid\nretries = 4\n');
  await configure(`[global]\nindex_url = ${alpha.full}\n`, named.PIP_CONFIG_FILE);
  expect((await uvSettingsOf(python, env)).variables).toMatchObject({ UV_DEFAULT_INDEX: 'http://home.invalid' });
  const byFile = await uvSettingsOf(python, named);
  expect(await install(named, byFile, 'alpha')).toMatchObject({ exitCode: 0 });
  const variable = { ...named, PIP_INDEX_URL: beta.full };
  expect(await install(variable, await uvSettingsOf(python, variable), 'beta')).toMatchObject({ exitCode: 0 });
  for (const name of ['UV_DEFAULT_INDEX', 'UV_INDEX_URL']) {
    const own = { ...variable, [name]: alpha.full };
    const settings = await uvSettingsOf(python, own);
    expect(settings.variables).not.toHaveProperty('UV_DEFAULT_INDEX');
    expect(await install(own, settings, 'alpha')).toMatchObject({ exitCode: 0 });
  }
});

it('passes every index on, and nothing secret where others can see it', async () => {
  const { home, env, configure } = await bareMachine();
  const [alpha, beta, gamma] = await Promise.all(['alpha', 'beta', 'gamma'].map((name) => startIndex(name)));
  await configure(
    `[global]\nindex-url = ${alpha?.full}\nextra-index-url =\n  ${beta?.full}\n  ${gamma?.full}\nproxy = http://u:${SECRET}@p\nonly-binary = :all:\n`,
  );
  const broken = join(home, 'broken.conf');
  await configure(`index-url = ${alpha?.full}\n`, broken);
  const settings = await uvSettingsOf(python, env);
  expect(await install(env, settings, 'alpha', 'beta', 'gamma')).toMatchObject({ exitCode: 0 });
  expect(settings.variables).not.toHaveProperty('ALL_PROXY');
  expect((await uvSettingsOf(python, { ...env, HTTPS_PROXY: '' })).variables['ALL_PROXY']).toContain(SECRET);
  expect(settings.arguments).toEqual(['--only-binary', ':all:']);
  const { problems } = await uvSettingsOf(python, { ...env, PIP_CONFIG_FILE: broken });
  expect(problems.join('\n')).toContain(`${broken} was passed over: line 1`);
  expect(JSON.stringify([settings.arguments, settings.problems, problems])).not.toContain(SECRET);
});

it('finds packages in folders alone, whatever their names, and tells of those that are not there', async () => {
  const { home, env } = await bareMachine();
  const directory = await temporaryFolder();
  await makeWheel(home, 'alpha', '1.0');
  await makeWheel(join(directory, 'a,b'), 'beta', '1.0');
  await makeWheel(directory, 'gamma', '1.0');
  const file = join(directory, 'wheels', 'gamma-1.0-py3-none-any.whl');
  const pip = {
    ...NO_FILES,
    PIP_NO_INDEX: 'yes',
    PIP_FIND_LINKS: `~/wheels a,b/wheels ${pathToFileURL(directory)}/wheels missing ${file}`,
  };
  const settings = await uvSettingsOf(python, { ...env, ...pip }, { directory });
  expect(settings.arguments).toEqual(['--no-index']);
  expect(settings.problems).toEqual([
    expect.stringContaining(`${join(directory, 'missing')} of pip's setting find-links was passed over: it does not exist`),
    expect.stringContaining(`${file} of pip's setting find-links was passed over: uv takes folders`),
  ]);
  expect(await install(env, settings, 'alpha', 'beta', 'gamma')).toMatchObject({ exitCode: 0 });
  expect(await install(env, NOTHING, 'alpha')).not.toMatchObject({ exitCode: 0 });
  const own = await uvSettingsOf(python, { ...env, ...pip, UV_FIND_LINKS: 'other', UV_INDEX: 'http://own.invalid' }, { directory });
  expect(own).toMatchObject({ variables: expect.not.objectContaining({ UV_FIND_LINKS: expect.anything() }), arguments: [], problems: [] });
});

it('says every other setting in words that uv accepts', async () => {
  const { home, env } = await bareMachine();
  await makeWheel(home, 'alpha', '1.0');
  await makeWheel(home, 'alpha', '2.0');
  await writeFile(join(home, 'c.txt'), 'alpha<2');
  const { UV_CACHE_DIR, UV_HTTP_RETRIES, HTTPS_PROXY, ...unset } = env;
  const pip = {
    PIP_CONSTRAINT: join(home, 'c.txt'),
    PIP_BUILD_CONSTRAINT: join(home, 'c.txt'),
    PIP_TRUSTED_HOST: 'a.invalid b.invalid:8080 [::1] c:99999',
    PIP_PROXY: 'http://127.0.0.1:9',
    PIP_CLIENT_CERT: '~/me.pem',
    PIP_DEFAULT_TIMEOUT: '2.5',
    PIP_RETRIES: '0',
    PIP_PRE: '1',
    PIP_NO_CACHE_DIR: 'off',
    PIP_KEYRING_PROVIDER: 'import',
    PIP_UPLOADED_PRIOR_TO: '2099-01-31T00:00:00Z',
    PIP_NO_BINARY: 'Some_Thing,other',
  };
  const options = { platform: 'linux', systemCertificates: [] } as const;
  const settings = await uvSettingsOf(python, { ...unset, ...NO_FILES, ...pip, TZ: 'UTC' }, options);
  expect(settings).toEqual({
    variables: {
      UV_CONSTRAINT: pip.PIP_CONSTRAINT,
      UV_BUILD_CONSTRAINT: pip.PIP_BUILD_CONSTRAINT,
      UV_INSECURE_HOST: 'a.invalid b.invalid:8080',
      ALL_PROXY: 'http://127.0.0.1:9',
      SSL_CLIENT_CERT: join(home, 'me.pem'),
      UV_HTTP_TIMEOUT: '3',
      UV_HTTP_RETRIES: '0',
      UV_PRERELEASE: 'allow',
      UV_NO_CACHE: '1',
      UV_KEYRING_PROVIDER: 'subprocess',
      UV_EXCLUDE_NEWER: '2099-01-31T00:00:00+00:00',
    },
    arguments: ['--no-binary', 'other', '--no-binary', 'some-thing'],
    problems: [expect.stringContaining('[::1]'), expect.stringContaining('c:99999')],
  });
  const own = Object.fromEntries(Object.keys(settings.variables).map((name) => [name, 'own']));
  expect((await uvSettingsOf(python, { ...unset, ...NO_FILES, ...pip, ...own }, options)).variables).toEqual({});
  const { stderr } = await install(env, settings, '--no-index', '--find-links', join(home, 'wheels'), 'alpha');
  expect(stderr).toContain('+ alpha==1.0');
});

test.each([
  ['UV_REQUIRE_HASHES', { PIP_REQUIRE_HASHES: 'true' }, [], 'In `--require-hashes` mode'],
  ['--no-binary', { PIP_NO_BINARY: 'alpha' }, ['--no-binary', 'alpha'], 'no source distribution'],
])('%s is heeded by uv', async (_, pip, args, said) => {
  const { home, env } = await bareMachine();
  await makeWheel(home, 'alpha', '1.0');
  const settings = await uvSettingsOf(python, { ...env, ...NO_FILES, ...pip });
  expect(settings.arguments).toEqual(args);
  expect((await install(env, settings, '--no-index', '--find-links', join(home, 'wheels'), 'alpha')).stderr).toContain(said);
});

/** An authority, a server's and a client's certificate, made by the openssl program. */
async function makeCertificates() {
  const cwd = await temporaryFolder();
  const openssl = (...args: string[]) => execa('openssl', args, { cwd });
  await openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=authority',
  );
  await writeFile(join(cwd, 'leaf.ext'), 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
  const read = (name: string) => readFile(join(cwd, name));
  for (const name of ['server', 'client']) {
    await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const files = ['-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-extfile', 'leaf.ext', '-out', `${name}.pem`];
    await openssl('x509', '-req', '-CAcreateserial', '-days', '2', ...files);
  }
  await writeFile(join(cwd, 'me.pem'), Buffer.concat([await read('client.key'), await read('client.pem')]));
  const tls = {
    ca: await read('ca.pem'),
    key: await read('server.key'),
    cert: await read('server.pem'),
    requestCert: true,
    rejectUnauthorized: true,
  };
  return { tls, authority: join(cwd, 'ca.pem'), me: join(cwd, 'me.pem') };
}

it('shows uv the certificates that pip is given, by file and by folder', async () => {
  const { home, env, configure } = await bareMachine();
  const { tls, authority, me } = await makeCertificates();
  const { full } = await startIndex('alpha', tls);
  const direct = { ...env, HTTPS_PROXY: '' };
  await configure(`[global]\nindex-url = ${full}\ncert = ${authority}\nclient-cert = ${me}\n`);
  const settings = await uvSettingsOf(python, direct);
  expect(await install(direct, settings, 'alpha')).toMatchObject({ exitCode: 0 });
  for (const missing of ['SSL_CERT_FILE', 'SSL_CLIENT_CERT']) {
    const fewer = { ...settings, variables: { ...settings.variables, [missing]: '' } };
    expect(await install(direct, fewer, 'alpha')).not.toMatchObject({ exitCode: 0 });
  }
  await configure(await readFile(authority, 'utf8'), join(home, 'certificates', 'ca.pem'));
  const byFolder = await uvSettingsOf(python, { ...direct, PIP_CERT: '~/certificates' });
  expect(byFolder.variables['SSL_CERT_DIR']).toBe(join(home, 'certificates'));
  expect(await install(direct, byFolder, 'alpha')).toMatchObject({ exitCode: 0 });
});

describe('where pip is given no certificate', () => {
  const MACHINE = { UV_SYSTEM_CERTS: '1', UV_NATIVE_TLS: '1' };

  test.each<[string, NodeJS.Platform, NodeJS.ProcessEnv, boolean, NodeJS.ProcessEnv]>([
    ['the machine is trusted', 'linux', {}, true, MACHINE],
    ['the machine is trusted on macOS', 'darwin', {}, false, MACHINE],
    ['the machine is trusted on Windows', 'win32', {}, false, MACHINE],
    ['a slim container without certificates is not, since uv would not start', 'linux', {}, false, {}],
    ["uv's own word stands", 'linux', { UV_SYSTEM_CERTS: '0' }, true, {}],
    ["uv's own word of old stands", 'linux', { UV_NATIVE_TLS: '0' }, true, {}],
    ['SSL_CERT_FILE stands', 'linux', { SSL_CERT_FILE: '/x', REQUESTS_CA_BUNDLE: 'FILE' }, true, {}],
    ['SSL_CERT_DIR stands', 'linux', { SSL_CERT_DIR: '/x', PIP_CERT: 'FILE' }, true, {}],
    ['that of requests is taken', 'linux', { REQUESTS_CA_BUNDLE: 'FILE', NODE_EXTRA_CA_CERTS: '/x' }, true, { SSL_CERT_FILE: 'FILE' }],
    ['that of curl is taken', 'linux', { REQUESTS_CA_BUNDLE: '/no/such', CURL_CA_BUNDLE: 'FILE' }, true, { SSL_CERT_FILE: 'FILE' }],
    ["Node's is added to the machine's", 'linux', { NODE_EXTRA_CA_CERTS: 'FILE' }, true, { SSL_CERT_FILE: 'FILE', SSL_CERT_DIR: 'FOLDER' }],
    ["Node's is all there is", 'darwin', { NODE_EXTRA_CA_CERTS: 'FILE' }, false, { SSL_CERT_FILE: 'FILE' }],
    ['one that does not exist is none', 'linux', { NODE_EXTRA_CA_CERTS: '/no/such' }, true, MACHINE],
  ])('%s: %s', async (_, platform, variables, hasStore, expected) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'ca.pem');
    await writeFile(file, '');
    const placed = (values: NodeJS.ProcessEnv) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, value === 'FILE' ? file : value === 'FOLDER' ? folder : value]),
      );
    const env = { PATH: process.env['PATH'], ...NO_FILES, ...placed(variables) };
    const settings = await uvSettingsOf(python, env, { platform, systemCertificates: ['/no/such', ...(hasStore ? [file] : [])] });
    expect(settings).toEqual({ variables: placed(expected), arguments: [], problems: [] });
  });

  it('tells of one that pip names and that does not exist', async () => {
    const settings = await uvSettingsOf(python, { ...NO_FILES, PIP_CERT: '/no/such.pem' }, { platform: 'darwin' });
    expect(settings).toMatchObject({ variables: MACHINE, problems: [expect.stringMatching(/no.such\.pem of pip's setting cert/)] });
  });
});

test.each([
  ['does not exist', '/no/such/python', /could not be asked for it: .*ENOENT/],
  ['is no Python', process.execPath, /could not be asked for it: ./],
])('without an interpreter there are no settings but a problem: it %s', async (_, file, message) => {
  expect(await uvSettingsOf(file, process.env)).toEqual({ ...NOTHING, problems: [expect.stringMatching(message)] });
});

it('stops with the reason of the signal', async () => {
  const reason = new Error('enough');
  expect(await rejection(uvSettingsOf(python, process.env, { signal: AbortSignal.abort(reason) }))).toBe(reason);
});
