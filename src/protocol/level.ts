/** A container that is being read. Owns what is known of it until its last part has come. */

/** Containers within containers, both ways; the Python side has the same limit. */
export const MAX_DEPTH = 256;

/** What a container becomes. A record is a map whose keys are texts so far. */
export const KIND_OF_LEVEL = { list: 0, record: 1, map: 2, set: 3 } as const;
const { list, record, map, set } = KIND_OF_LEVEL;

/** Stands for a key that has not come yet. */
export const NO_KEY = Symbol('no key');
const NO_END = -1;
/** A longer list grows as its items come: how many there are is only announced. */
const MAX_RESERVED = 16_384;

/** One container; the levels of a reading are used again for one container after the other. */
export class Level {
  kind: number = list;
  /** Items, or pairs of key and value, that have yet to come. */
  left = 0;
  key: unknown = NO_KEY;
  /** Items or pairs that there are in all. */
  size = 0;
  /** The list, object, Map or Set that it becomes. */
  target: unknown;
  #end = NO_END;

  /**
   * @param size number of items or pairs
   * @param end where the extension that it lies in must end, if it lies in one
   */
  open(kind: number, size: number, end: number = NO_END): void {
    this.kind = kind;
    this.left = size;
    this.key = NO_KEY;
    this.size = size;
    this.#end = end;
    this.target = kind === list && size <= MAX_RESERVED ? new Array(size) : emptyOf(kind);
  }

  /** From a key on that is no text, a record is a Map. */
  becomeMap(): void {
    this.kind = map;
    this.target = new Map(Object.entries(this.target as object));
  }

  /** Takes the next part: an item, a key, or the value that belongs to the last key. */
  add(value: unknown): void {
    switch (this.kind) {
      case list:
        (this.target as unknown[])[this.size - this.left] = value;
        this.left--;
        break;
      case record:
        this.setProperty(value);
        break;
      case map:
        this.#addToMap(value);
        break;
      default:
        (this.target as Set<unknown>).add(value);
        this.left--;
    }
  }

  /** Takes the value that belongs to the last key of a record. */
  setProperty(value: unknown): void {
    const key = this.key as string;
    if (key === '__proto__') {
      Object.defineProperty(this.target, key, { value, enumerable: true, configurable: true, writable: true });
    } else (this.target as Record<string, unknown>)[key] = value;
    this.key = NO_KEY;
    this.left--;
  }

  #addToMap(value: unknown): void {
    if (this.key === NO_KEY) {
      this.key = value;
      return;
    }
    (this.target as Map<unknown, unknown>).set(this.key, value);
    this.key = NO_KEY;
    this.left--;
  }

  /**
   * Ends the container.
   *
   * @param at where it ended
   * @throws RangeError it is not as long as its extension, or two of its keys or items are the same in JavaScript
   */
  close(at: number): unknown {
    const target = this.target;
    this.target = undefined;
    if (this.#end !== NO_END && at !== this.#end) throw new RangeError('an extension in it has another length than its content');
    if (this.kind >= map && (target as Set<unknown>).size !== this.size) {
      throw new RangeError(`two ${this.kind === map ? 'keys of a dict' : 'items of a set'} in it are the same value in JavaScript`);
    }
    return target;
  }
}

/** A container without parts. */
export function emptyOf(kind: number): unknown {
  if (kind === list) return [];
  if (kind === record) return {};
  return kind === set ? new Set() : new Map();
}
