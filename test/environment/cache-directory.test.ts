import { symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory, substituteUvCache } from '../../src/environment/cache-directory';
import { temporaryFolder } from '../support/fixture';

test.each<[NodeJS.Platform, (home: string) => NodeJS.ProcessEnv, string]>([
  ['linux', (home) => ({ HOME: home }), '.cache/synapse-py'],
  ['linux', (home) => ({ HOME: '/nowhere', XDG_CACHE_HOME: join(home, 'xdg') }), 'xdg/synapse-py'],
  ['linux', (home) => ({ HOME: home, XDG_CACHE_HOME: 'relative' }), '.cache/synapse-py'],
  ['darwin', (home) => ({ HOME: home }), 'Library/Caches/synapse-py'],
  ['win32', (home) => ({ LOCALAPPDATA: join(home, 'Local') }), 'Local/synapse-py'],
  ['win32', (home) => ({ USERPROFILE: home }), 'AppData/Local/synapse-py'],
])('is where the system keeps caches: %s', async (platform, env, expected) => {
  const home = await temporaryFolder();
  expect(cacheDirectory(env(home), platform)).toBe(join(home, expected));
});

it('is what SYNAPSE_CACHE_DIR names', () => {
  expect(cacheDirectory({ SYNAPSE_CACHE_DIR: '/some/place', HOME: '/home/me' })).toBe('/some/place');
  expect(cacheDirectory({ SYNAPSE_CACHE_DIR: 'here' })).toBe(join(process.cwd(), 'here'));
});

describe('where home cannot be written', () => {
  it("is a folder of the user's own among the temporary files, for uv's cache too", async () => {
    const home = join(await temporaryFolder(), 'file');
    await writeFile(home, '');
    expect(cacheDirectory({ HOME: home }, 'linux')).toMatch(new RegExp(`^${tmpdir()}/synapse-py-\\d+`));
    expect(substituteUvCache({ HOME: home }, 'linux')).toMatch(new RegExp(`^${tmpdir()}/synapse-uv-\\d+`));
  });

  it("leaves uv's cache alone where it can be written, or where the user has chosen", async () => {
    const home = await temporaryFolder();
    expect(substituteUvCache({ HOME: home }, 'linux')).toBeUndefined();
    expect(substituteUvCache({ HOME: '/dev/null', UV_CACHE_DIR: '/some/place' }, 'linux')).toBeUndefined();
    expect(substituteUvCache({ HOME: '/dev/null', UV_NO_CACHE: '1' }, 'linux')).toBeUndefined();
  });

  it('trusts no folder that another user could have prepared', async () => {
    const TMPDIR = await temporaryFolder();
    const place = () => cacheDirectory({ HOME: '/dev/null', TMPDIR }, 'linux');
    const usual = place();
    expect(place()).toBe(usual);
    await symlink(TMPDIR, usual);
    expect(place()).not.toBe(usual);
    expect(place()).toContain(usual);
  });
});
