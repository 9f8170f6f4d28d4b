/** What uv must be told so that it works as pip is configured to. Owns the translation; the script that it runs owns the reading of pip's files. */

import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PYTHON_DIRECTORY } from '../paths';
import { run } from './command';
import { installerVariables } from './variables';

const SCRIPT = join(PYTHON_DIRECTORY, 'synapse_py', 'provisioning', 'pip_configuration.py');

/** Where the distributions of Linux keep the certificates that the machine trusts, as one file. */
const SYSTEM_CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** uv reads neither pip's files nor its variables: this says the same in uv's words. */
export interface UvSettings {
  /** To be laid over the environment; may hold credentials. */
  readonly variables: NodeJS.ProcessEnv;
  /** For `uv pip install`, where uv has no variable; without credentials, for arguments are seen by every user of the machine. */
  readonly arguments: readonly string[];
  /** One sentence for each file and value that was passed over; without credentials. */
  readonly problems: readonly string[];
}

/** What the script tells: the keys are pip's, lists are split, switches are true or false. */
interface PipSettings {
  readonly 'index-url'?: string;
  readonly 'extra-index-url'?: readonly string[];
  readonly 'find-links'?: readonly string[];
  readonly 'no-index'?: boolean;
  readonly 'trusted-host'?: readonly string[];
  readonly proxy?: string;
  readonly cert?: string;
  readonly 'client-cert'?: string;
  readonly timeout?: number;
  readonly retries?: number;
  readonly constraint?: readonly string[];
  readonly 'build-constraint'?: readonly string[];
  readonly 'require-hashes'?: boolean;
  readonly pre?: boolean;
  readonly 'no-cache-dir'?: boolean;
  readonly 'keyring-provider'?: string;
  readonly 'only-binary'?: readonly string[];
  readonly 'no-binary'?: readonly string[];
  readonly 'uploaded-prior-to'?: string;
}

/** What a translation looks at and adds to. */
interface Translation {
  readonly pip: PipSettings;
  /** Where relative paths start. */
  readonly directory: string;
  readonly platform: NodeJS.Platform;
  readonly isSet: (...names: string[]) => boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly problems: string[];
}

/**
 * Reads pip's configuration for uv. A setting that uv has been given in its own way, by a `UV_*` variable, is left alone.
 *
 * @param python the interpreter whose pip is meant: the base interpreter
 * @param env where pip's variables, uv's and those of the system are read
 * @param options.directory where uv will run: relative paths start there; else the current directory
 * @param options.platform and options.systemCertificates are replaced by tests
 * @returns no settings but a problem if the interpreter cannot be run
 * @throws the signal's reason if aborted
 */
export async function uvSettingsOf(
  python: string,
  env: NodeJS.ProcessEnv,
  options: {
    signal?: AbortSignal | undefined;
    directory?: string | undefined;
    platform?: NodeJS.Platform | undefined;
    systemCertificates?: readonly string[] | undefined;
  } = {},
): Promise<UvSettings> {
  const directory = resolve(options.directory ?? '.');
  const answer = await ask(python, env, directory, options.signal);
  if (typeof answer === 'string') return { variables: {}, arguments: [], problems: [answer] };
  const set = new Set(Object.keys(env).flatMap((name) => (env[name] ? [name.toUpperCase()] : [])));
  const translation: Translation = {
    pip: answer.settings,
    directory,
    platform: options.platform ?? process.platform,
    isSet: (...names) => names.some((name) => set.has(name)),
    env,
    problems: [...answer.problems],
  };
  return {
    variables: {
      ...plainVariables(translation),
      ...certificates(translation, options.systemCertificates ?? SYSTEM_CERTIFICATES),
    },
    arguments: flags(translation),
    problems: translation.problems,
  };
}

/** Returns what the script tells, or why it tells nothing. */
async function ask(
  python: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<{ settings: PipSettings; problems: readonly string[] } | string> {
  let encoded: string | undefined;
  const onLine = (line: string): void => {
    encoded ??= /^settings (\S+)/.exec(line)?.[1];
  };
  const result = await run({ file: python, args: ['-I', '-S', SCRIPT], cwd, env: installerVariables(env), signal, onLine });
  if (result.exitCode === 0 && encoded) return JSON.parse(Buffer.from(encoded, 'base64').toString());
  const reason = result.output.trim().split('\n').at(-1) || 'it gave no answer';
  return `pip's configuration is not known, because ${python} could not be asked for it: ${reason}`;
}

/** Whatever uv has a variable for. The first name is filled, unless it or another one of the same meaning is set. */
function plainVariables({ pip, isSet, problems, directory }: Translation): NodeJS.ProcessEnv {
  const table: readonly [names: readonly string[], value: () => string | undefined][] = [
    [['UV_DEFAULT_INDEX', 'UV_INDEX_URL'], () => pip['index-url']],
    [['UV_INDEX', 'UV_EXTRA_INDEX_URL'], () => pip['extra-index-url']?.join(' ')],
    [['UV_FIND_LINKS'], () => pip['find-links']?.flatMap((link) => findLink(link, directory, problems)).join(',')],
    [['UV_INSECURE_HOST'], () => pip['trusted-host']?.filter((host) => isHost(host, problems)).join(' ')],
    [['ALL_PROXY', 'HTTPS_PROXY', 'HTTP_PROXY'], () => pip.proxy],
    [['SSL_CLIENT_CERT'], () => pip['client-cert'] && resolve(directory, pip['client-cert'])],
    [['UV_HTTP_TIMEOUT', 'UV_REQUEST_TIMEOUT', 'HTTP_TIMEOUT'], () => wholeSeconds(pip.timeout)],
    [['UV_HTTP_RETRIES'], () => pip.retries?.toString()],
    [['UV_CONSTRAINT'], () => pip.constraint?.join(' ')],
    [['UV_BUILD_CONSTRAINT'], () => pip['build-constraint']?.join(' ')],
    [['UV_REQUIRE_HASHES', 'UV_NO_VERIFY_HASHES'], () => (pip['require-hashes'] ? '1' : undefined)],
    [['UV_PRERELEASE'], () => (pip.pre ? 'allow' : undefined)],
    [['UV_EXCLUDE_NEWER'], () => pip['uploaded-prior-to']],
    [['UV_NO_CACHE', 'UV_CACHE_DIR'], () => (pip['no-cache-dir'] ? '1' : undefined)],
    [['UV_KEYRING_PROVIDER'], () => keyring(pip['keyring-provider'])],
  ];
  const wanted = table.filter(([names]) => !isSet(...names)).map(([[name], value]) => [name, value()]);
  return Object.fromEntries(wanted.filter(([, value]) => value));
}

/** `uv pip` has flags alone for these: it ignores UV_NO_INDEX, UV_NO_BUILD and UV_NO_BINARY. */
function flags({ pip, isSet }: Translation): string[] {
  const namesIndex = isSet('UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'UV_INDEX', 'UV_EXTRA_INDEX_URL');
  return [
    ...(pip['no-index'] && !namesIndex ? ['--no-index'] : []),
    ...(pip['only-binary'] ?? []).flatMap((name) => ['--only-binary', name]),
    ...(pip['no-binary'] ?? []).flatMap((name) => ['--no-binary', name]),
  ];
}

/** pip warns of a place that is not there, uv fails; and uv separates places by commas. */
function findLink(link: string, directory: string, problems: string[]): string[] {
  const path = localPath(link, directory);
  if (path === undefined) return [link.replaceAll(',', '%2C')];
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() || (stats && /\.html?$/.test(path))) {
    return [path.includes(',') ? pathToFileURL(path).href.replaceAll(',', '%2C') : path];
  }
  const reason = stats ? 'uv takes folders and pages alone' : 'it does not exist';
  problems.push(`The place ${path} of pip's setting find-links was passed over: ${reason}.`);
  return [];
}

/** Undefined for an address on the network. */
function localPath(link: string, directory: string): string | undefined {
  // One letter before the colon is a drive of Windows.
  if (!/^[a-z][a-z\d+.-]+:/i.test(link)) return resolve(directory, link);
  try {
    return fileURLToPath(link);
  } catch {
    return undefined;
  }
}

/** uv ends with an error at what it cannot read, such as an IPv6 address. */
function isHost(host: string, problems: string[]): boolean {
  const [, port] = /^[^\s:[\]]+(?::(\d+))?$/.exec(host) ?? [undefined, 'none'];
  if (port === undefined || Number(port) < 65_536) return true;
  problems.push(
    `The host ${host} of pip's setting trusted-host was passed over: uv takes a name or an IPv4 address, with or without a port.`,
  );
  return false;
}

/** pip takes fractions. */
function wholeSeconds(seconds: number | undefined): string | undefined {
  return seconds ? Math.ceil(seconds).toString() : undefined;
}

/** uv calls the program keyring in either case; `auto` is pip's default and asks for nothing in particular. */
function keyring(provider: string | undefined): string | undefined {
  return provider === 'import' || provider === 'subprocess' ? 'subprocess' : provider === 'disabled' ? provider : undefined;
}

/** uv brings its own certificates; pip, like the system, trusts those of the machine. */
function certificates({ pip, isSet, env, directory, platform, problems }: Translation, system: readonly string[]): NodeJS.ProcessEnv {
  if (isSet('SSL_CERT_FILE', 'SSL_CERT_DIR')) return {};
  const own = pip.cert && resolve(directory, pip.cert);
  if (own && !existsSync(own)) problems.push(`The file ${own} of pip's setting cert was passed over: it does not exist.`);
  const whole = [own, env['REQUESTS_CA_BUNDLE'], env['CURL_CA_BUNDLE']].find((path) => path && existsSync(path));
  if (whole) return { [statSync(whole).isDirectory() ? 'SSL_CERT_DIR' : 'SSL_CERT_FILE']: whole };
  const bringsStore = platform === 'win32' || platform === 'darwin';
  const found = bringsStore ? undefined : system.find((path) => existsSync(path));
  const extra = env['NODE_EXTRA_CA_CERTS'];
  // To Node these are additions, to uv a file is all there is: the folder adds the machine's again.
  if (extra && existsSync(extra)) return { SSL_CERT_FILE: extra, ...(found ? { SSL_CERT_DIR: dirname(found) } : {}) };
  // uv refuses to start when it is to trust the machine and the machine, as slim containers do, has no certificates.
  if (isSet('UV_SYSTEM_CERTS', 'UV_NATIVE_TLS') || !(bringsStore || found)) return {};
  // The second is its name in older versions of uv; where both are set, no version warns.
  return { UV_SYSTEM_CERTS: '1', UV_NATIVE_TLS: '1' };
}
