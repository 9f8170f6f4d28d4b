import { hintFor } from '../../src/environment/hints';

test.each([
  ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', /disk is full/],
  ['error: failed to create directory: Permission denied (os error 13)', /cannot write/],
  ['SSLError(SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]"))', /certificate/],
  ['WARNING: Retrying (Retry(total=4)) after connection broken\nERROR: No matching distribution found for six', /cannot be reached/],
  ['error: Request failed\n  Caused by: dns error: failed to lookup address information', /cannot be reached/],
  ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE', /hash/],
  ['ERROR: ResolutionImpossible: for help visit', /exclude each other/],
  ['× No solution found when resolving dependencies:\n  ╰─▶ Because a==1 depends on b<2 and you require b>=2', /exclude each other/],
  ['ERROR: No matching distribution found for no-such', /does not exist/],
  ['Because no-such was not found in the package registry', /does not exist/],
  ["ERROR: Invalid requirement: '== 3': Expected package name", /not understood/],
  ["error: Couldn't parse requirement in `requirements.txt` at position 0", /not understood/],
  ['error: subprocess-exited-with-error\n  × Failed building wheel for odd', /compil/],
])('%p', (output, hint) => {
  expect(hintFor(output)).toMatch(hint);
});

it('has something to say of everything else', () => {
  expect(hintFor('something new')).toMatch(/starts afresh/);
});
