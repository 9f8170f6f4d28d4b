import { Heartbeat, type Pulse, type ReadVitals } from '../../src/worker/heartbeat';

const POLICY = { intervalMs: 1, timeoutMs: 5 };
type Vitals = Awaited<ReturnType<ReadVitals>>;

/** What the channel does with one ping after the other, and what the system says before and after each. */
interface Script {
  readonly pongs: ('comes' | 'stays away')[];
  readonly vitals?: readonly Vitals[];
  readonly moved?: readonly number[];
}

const waiting = (cpuMs: number): Vitals => ({ residentBytes: 1, cpuMs, state: 'waiting' });

/** Runs heartbeats until one is missed, or the script has come to its end. Gives how many were asked, and the misses. */
function run({ pongs, vitals = [], moved = [] }: Script): Promise<{ asked: number; missed: number[] }> {
  return new Promise((resolve) => {
    let asked = 0;
    let looked = 0;
    let read = 0;
    const missed: number[] = [];
    const pulse: Pulse = {
      get transferred() {
        return moved[read++] ?? 0;
      },
      ping: () => {
        const fate = pongs[asked++];
        if (fate === undefined) {
          heartbeat.stop();
          resolve({ asked: asked - 1, missed });
        }
        return fate === 'stays away' ? new Promise(() => undefined) : Promise.resolve(1);
      },
    };
    const onMissed = (timeout: number): void => {
      missed.push(timeout);
      setTimeout(() => resolve({ asked, missed }), 10);
    };
    const heartbeat = new Heartbeat(pulse, 1, POLICY, onMissed, async () => vitals[looked++]);
  });
}

it('asks again and again while the answers come', async () => {
  expect(await run({ pongs: ['comes', 'comes', 'comes'] })).toEqual({ asked: 3, missed: [] });
});

it('tells once of an answer that stays away, and asks no more', async () => {
  expect(await run({ pongs: ['comes', 'stays away', 'comes'] })).toEqual({ asked: 2, missed: [POLICY.timeoutMs] });
});

test.each<[string, Partial<Script>, boolean]>([
  ['has computed meanwhile', { vitals: [waiting(100), waiting(5000)] }, true],
  ['would compute if a processor were free', { vitals: [waiting(100), { residentBytes: 1, cpuMs: 100, state: 'running' }] }, true],
  ['moves bytes', { moved: [100, 5000] }, true],
  ['only waits', { vitals: [waiting(100), waiting(100)] }, false],
  ['was stopped', { vitals: [waiting(100), { residentBytes: 1, cpuMs: 5000, state: 'stopped' }] }, false],
  ['has ended', { vitals: [waiting(100), undefined] }, false],
])('an answer stays away from a worker that %s', async (_, script, isAlive) => {
  expect((await run({ pongs: ['stays away'], ...script })).missed).toEqual(isAlive ? [] : [POLICY.timeoutMs]);
});
