/** Which worker has a key. Pure: rendezvous hashing (Thaler and Ravishankar, 1998), so that few keys move when the pool changes its size. */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Gives the one whose slot goes best with the key; undefined if there is none. */
export function stickTo<M extends { readonly slot: number }>(key: string, members: readonly M[]): M | undefined {
  const seed = hash(key);
  let best: M | undefined;
  let most = -1;
  for (const member of members) {
    const weight = mix(seed ^ Math.imul(member.slot + 1, FNV_PRIME));
    if (weight <= most) continue;
    best = member;
    most = weight;
  }
  return best;
}

/** FNV-1a of the text's UTF-16 units. */
function hash(text: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), FNV_PRIME);
  return value >>> 0;
}

/** The final mix of MurmurHash3: every bit of the input moves every bit of the result. */
function mix(input: number): number {
  let value = input;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
