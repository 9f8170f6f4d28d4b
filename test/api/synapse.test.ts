import { Synapse } from '../../src/api/synapse';

it('starts nothing when it is made', async () => {
  const synapse = new Synapse();
  expect([synapse.state, synapse.pid]).toEqual(['created', undefined]);
  await synapse.dispose();
});
