/** Echoes one payload and prints the peak memory of this process in bytes. Arguments: subject, size, interpreter. */

import { largePayload } from '../payload.mjs';
import { SUBJECTS } from '../subjects/subject.mjs';

const [subject, size, python] = process.argv.slice(2);
const peer = await SUBJECTS[subject].open(python);
const payload = largePayload(Number(size));
const answer = await peer.echo(payload);
if (Buffer.compare(answer, payload) !== 0) throw new Error('the answer is not what was sent'); // and both are in memory until here
process.stdout.write(JSON.stringify(process.resourceUsage().maxRSS * 1024));
await peer.close();
