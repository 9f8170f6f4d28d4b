import { maskSecrets } from '../../src/environment/secrets';

test.each([
  ['https://me:secret@packages.example/simple', 'https://***@packages.example/simple'],
  ['http://user:sec/ret@host/simple', 'http://***@host/simple'],
  ['http://host:8080/a@b c', 'http://host:8080/a@b c'],
  ['--find-links http://secret@host/x y', '--find-links http://***@host/x y'],
  ['https://me:sec@ret@host/simple', 'https://***@host/simple'],
  ['git+ssh://git:secret@host/a.git', 'git+ssh://***@host/a.git'],
  ["Looking in 'https://u:secret@one/' and https://u:secret@two/", "Looking in 'https://***@one/' and https://***@two/"],
  ['https://host/a.whl?X-Amz-Signature=secret&b=1', 'https://host/a.whl?X-Amz-Signature=***&b=1'],
  ['https://host/?access_token=secret#sha256=ab', 'https://host/?access_token=***#sha256=ab'],
  ['https://host/x mail me@host', 'https://host/x mail me@host'],
  ['name @ https://host/name.whl', 'name @ https://host/name.whl'],
])('%s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

it('takes no longer for a long text than its length asks for', () => {
  const text = `${'https://'.repeat(20_000)}${'a'.repeat(200_000)}`;
  expect(maskSecrets(text)).toBe(text);
});
