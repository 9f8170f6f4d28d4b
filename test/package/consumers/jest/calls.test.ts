import { join } from 'node:path';
import { Synapse } from 'synapse-py';

const synapse = new Synapse();

beforeAll(() => synapse.spawn(join(__dirname, 'module')), 30_000);

afterAll(() => synapse.dispose());

test('a call is answered', async () => {
  const answer = await synapse.call<{ number: number; text: string }>({ number: 21, text: 'é🐍\n' });
  expect(answer).toStrictEqual({ number: 42, text: 'é🐍\n' });
});
