import { Synapse } from '../../src/api/synapse';
import { rejection } from '../support/until';

it('starts nothing when it is made', async () => {
  const synapse = new Synapse();
  expect([synapse.state, synapse.pid]).toEqual(['created', undefined]);
  await synapse.dispose();
});

describe('without a worker', () => {
  it('rejects every way of calling, and names the code that called', async () => {
    const synapse = new Synapse();
    async function caller(call: () => Promise<unknown>): Promise<void> {
      await call();
    }
    const ways = [
      () => synapse.call(1),
      () => synapse.send('f'),
      () => synapse.stream('f').next(),
      () => synapse.ping(),
      () => synapse.py.f(1),
    ];
    for (const way of ways) {
      const error = await rejection(caller(way));
      expect(error).toMatchObject({ code: 'ERR_SYNAPSE_NOT_READY', state: 'created' });
      expect(error.stack).toMatch(/synapse\.test\.ts/);
      expect(error.stack).not.toMatch(/src\/worker/);
    }
    expect(await rejection((async () => await synapse.py.VERSION)())).toMatchObject({ code: 'ERR_SYNAPSE_NOT_READY' });
    await synapse.dispose();
    expect(await rejection(synapse.send('f'))).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
  });

  it('refuses arguments of the wrong form, and names them', async () => {
    const synapse = new Synapse();
    expect(await rejection(synapse.send(1 as never))).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION', option: 'method' });
    expect(await rejection(synapse.send('f', 1, { timeout: -1 }))).toMatchObject({ option: 'timeout' });
    expect(await rejection(synapse.ping({ timout: 1 } as never))).toMatchObject({ option: 'timout' });
    expect(() => synapse.stream('f', 1, { signal: 1 as never })).toThrow(expect.objectContaining({ option: 'signal' }));
    expect(() => synapse.onEvent('', () => undefined)).toThrow(expect.objectContaining({ option: 'name' }));
  });
});
