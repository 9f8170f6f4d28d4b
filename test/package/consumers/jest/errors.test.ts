import { join } from 'node:path';
import { DisposedError, NotReadyError, SerializationError, Synapse } from 'synapse-py';

test('errors are instances of their classes', async () => {
  const synapse = new Synapse();
  await expect(synapse.call({ number: 1 })).rejects.toBeInstanceOf(NotReadyError);
  await synapse.spawn(join(__dirname, 'module'));
  await expect(synapse.call({ number: Symbol('none') })).rejects.toBeInstanceOf(SerializationError);
  await synapse.dispose();
  await expect(synapse.call({ number: 1 })).rejects.toBeInstanceOf(DisposedError);
}, 30_000);
