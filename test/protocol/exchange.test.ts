import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decoder } from '../../src/protocol/decoder';
import { FrameReader } from '../../src/protocol/frame';
import { parseHello } from '../../src/protocol/hello';
import { readMessage } from '../../src/protocol/message';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'protocol.md'), 'utf8').split('## An exchange')[1] as string;
const [helloBlock = '', callBlock = ''] = [...page.matchAll(/```text\n([\s\S]*?)```/g)].map(([, text = '']) => text);

/** The bytes with which a line begins: all that is hexadecimal before what they mean. */
function bytesOf(line: string): string {
  const tokens = line
    .replace(/^(host|worker) /, '')
    .trim()
    .split(/\s+/);
  const end = tokens.findIndex((token) => !/^([0-9a-f]{2})+$/.test(token));
  return tokens.slice(0, end === -1 ? undefined : end).join('');
}

/** The body of the one frame that bytes are. */
function bodyOf(hex: string): Uint8Array {
  const bodies: Uint8Array[] = [];
  new FrameReader(1000, (body) => bodies.push(body.slice())).push(Buffer.from(hex, 'hex'));
  expect(bodies).toHaveLength(1);
  return bodies[0] as Uint8Array;
}

it('the hello on the page is one', () => {
  const hello = parseHello(bodyOf(helloBlock.split('\n').map(bytesOf).join('')));
  const shout = { response: 'result', concurrent: false, parameters: [], returns: null };
  expect(hello).toMatchObject({ mode: 'rpc', python: '1.0', pid: 42, methods: new Map([['shout', shout]]) });
});

it.each(callBlock.trim().split('\n'))('the bytes on the page are what stands beside them: %s', (line) => {
  const { kind, id, rest, body, payloadStart, payloadEnd } = readMessage(bodyOf(bytesOf(line)));
  const header = [kind, id, ...rest];
  const payload = payloadEnd > payloadStart ? [new Decoder('rich', { int: 'auto' }).decode(body, payloadStart, payloadEnd)] : [];
  const shown = line.slice(line.indexOf('[')).split(/ {2,}/);
  expect([header, ...payload]).toEqual(shown.map((each) => JSON.parse(each)));
});
