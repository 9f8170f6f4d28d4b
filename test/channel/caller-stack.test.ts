import { withCaller } from '../../src/channel/caller-stack';
import { SynapseError } from '../../src/errors';

async function callee(error: Error, reason?: unknown): Promise<never> {
  try {
    await Promise.resolve();
    throw error;
  } catch (thrown) {
    throw withCaller(thrown, callee, reason);
  }
}

async function stackAfter(error: Error, reason?: unknown): Promise<string | undefined> {
  await callee(error, reason).catch(() => undefined);
  return error.stack;
}

it('names who awaited the call, also after a turn of the event loop', async () => {
  const error = new SynapseError('failed');
  async function caller(): Promise<void> {
    await callee(error);
  }
  await caller().catch(() => undefined);
  expect(error.stack).toMatch(/^SynapseError: failed\n(.*\n)*?.*at .*caller/);
  expect(error.stack).not.toContain('callee');
});

it('leaves the errors of others alone, and the reason of a signal', async () => {
  const [foreign, reason] = [new TypeError('mine'), new SynapseError('mine too')];
  const stacks = [foreign.stack, reason.stack];
  expect([await stackAfter(foreign), await stackAfter(reason, reason)]).toEqual(stacks);
});
