/** Tests of a Python module, or of JavaScript that uses one. */

const { join } = require('node:path');
const { Decimal, Synapse } = require('synapse-py');

const synapse = new Synapse();

// The first run makes the environment: give it time.
beforeAll(() => synapse.spawn(join(__dirname, 'py')), 300_000);
afterAll(() => synapse.dispose());

test('an amount is shared to the cent', async () => {
  const shares = await synapse.py.split(new Decimal('100.00'), 3);
  expect(shares.map(String)).toEqual(['33.34', '33.33', '33.33']);
});

test('what Python raises is an error with its name and message', async () => {
  const refused = synapse.py.split(new Decimal('1.00'), 0);
  await expect(refused).rejects.toMatchObject({ name: 'PythonError(ValueError)', message: 'nobody to share with' });
});

test('an object stays in Python', async () => {
  const account = await synapse.py.Account();
  await account.deposit(new Decimal('0.10'));
  expect(await account.deposit(new Decimal('0.20'))).toEqual(new Decimal('0.30'));
  account.release();
});
