/** Values to MessagePack: the walk through one. Owns which form each part gets; the bytes of single values are writer's and extension's business. */

import { types } from 'node:util';
import { type ArrowTable, isArrowTable, writeTable } from './arrow';
import { Attachments } from './attachments';
import { brandOf } from './brand';
import { EXT, type Extension, extensionOf, instantExtension, integerExtension } from './extension';
import { checkKeys, KeyForms, unhashableKind } from './hashable';
import { bytesOf, dtypeOf, type NDArray } from './ndarray';
import { checkDepth, className, Obstacle, refusal, within } from './obstacle';
import { isPlain } from './plain-object';
import type { Dialect, Refer } from './reference';
import { isInPythonYears } from './timestamp';
import { Writer } from './writer';

const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Writes the parts of a value one after the other. Errors tell the way out, and get the path on their way out. */
export class ValueWriter {
  readonly out = new Writer();
  readonly attachments: Attachments;
  readonly #rich: boolean;
  readonly #refer: Refer | undefined;

  constructor(dialect: Dialect, refer: Refer | undefined, attaches: boolean) {
    this.#rich = dialect === 'rich';
    this.attachments = new Attachments(attaches);
    this.#refer = refer;
  }

  /** Bytes that are the whole value and have no out-of-band form. */
  uncopied(bytes: Uint8Array): void {
    this.out.binaryHead(bytes.length);
    this.attachments.force(bytes);
  }

  value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#text(value);
        break;
      case 'number':
        this.out.number(value);
        break;
      case 'boolean':
        this.out.byte(value ? 0xc3 : 0xc2);
        break;
      case 'undefined':
        this.out.byte(0xc0);
        break;
      case 'object':
        this.#object(value, depth);
        break;
      case 'bigint':
        this.#bigint(value);
        break;
      case 'function':
        this.#reference(value, depth);
        break;
      default:
        throw new Obstacle('a symbol has no form in Python: send its description as a text');
    }
  }

  #text(value: string): void {
    if (this.out.text(value)) return;
    if (!this.#rich) throw new Obstacle('the text has a lone surrogate, which UTF-8 has no form for: send its toWellFormed()');
    this.out.surrogateText(value);
  }

  #bigint(value: bigint): void {
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) this.out.number(Number(value));
    else if (value >= MIN_INT64 && value <= MAX_UINT64) this.out.bigint(value);
    else this.#extension(integerExtension(value), 'a bigint beyond 64 bit');
  }

  #object(value: object | null, depth: number): void {
    if (value === null) this.out.byte(0xc0);
    else if (Array.isArray(value)) this.array(value, depth);
    else {
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === Object.prototype || prototype === null) this.record(value as Record<string, unknown>, depth);
      else this.#special(value, depth);
    }
  }

  array(items: readonly unknown[], depth: number): void {
    checkDepth(depth);
    const { length } = items;
    this.out.arrayHead(length);
    let index = 0;
    try {
      for (; index < length; index++) this.value(items[index], depth + 1);
    } catch (cause) {
      throw within(cause, items, index);
    }
  }

  record(value: Readonly<Record<string, unknown>>, depth: number): void {
    if (Symbol.asyncIterator in value) {
      this.#reference(value, depth);
      return;
    }
    checkDepth(depth);
    const keys = Object.keys(value);
    this.out.mapHead(keys.length);
    let index = 0;
    try {
      for (; index < keys.length; index++) {
        const key = keys[index] as string;
        this.#text(key);
        this.value(value[key], depth + 1);
      }
    } catch (cause) {
      throw within(cause, value, keys[index]);
    }
  }

  #special(value: object, depth: number): void {
    if (types.isMap(value)) this.#map(value, depth);
    else if (types.isSet(value)) this.#set(value, depth);
    else if (ArrayBuffer.isView(value)) this.#view(value);
    else if (types.isAnyArrayBuffer(value)) this.#binary(new Uint8Array(value));
    else if (types.isDate(value)) this.#date(value);
    else if (isPlain(value)) this.record(value as Record<string, unknown>, depth);
    else this.#instance(value, depth);
  }

  #instance(value: object, depth: number): void {
    const extension = extensionOf(value);
    if (extension) this.#extension(extension, `an instance of ${className(value)}`);
    else if (brandOf(value) === 'NDArray') this.#elements(value as NDArray, 'NDArray');
    else if (isArrowTable(value)) this.#table(value);
    else this.#reference(value, depth);
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    checkDepth(depth);
    checkKeys(map, 'key');
    this.out.mapHead(map.size);
    const forms = new KeyForms();
    for (const [key, item] of map) {
      try {
        this.#key(key, depth + 1, forms);
        this.value(item, depth + 1);
      } catch (cause) {
        throw within(cause, map, key);
      }
    }
  }

  #set(set: ReadonlySet<unknown>, depth: number): void {
    if (!this.#rich) throw new Obstacle('a Set has no plain MessagePack form: send its items as an array');
    checkDepth(depth);
    checkKeys(set, 'item');
    const start = this.out.openExtension();
    this.#hashables(set, set.size, depth, new KeyForms());
    this.out.closeExtension(EXT.set, start);
  }

  #hashables(container: Iterable<unknown> & object, size: number, depth: number, forms?: KeyForms): void {
    this.out.arrayHead(size);
    let index = 0;
    for (const item of container) {
      try {
        this.#key(item, depth + 1, forms);
        index++;
      } catch (cause) {
        throw within(cause, container, Array.isArray(container) ? index : item);
      }
    }
  }

  /** @param forms what must not come twice, if anything */
  #key(key: unknown, depth: number, forms: KeyForms | undefined): void {
    const start = this.out.at;
    this.#hashable(key, depth);
    if (typeof key === 'object' && key !== null) forms?.add(this.out.bytes, start, this.out.at);
  }

  /** Writes a key of a Map or an item of a Set: an Array becomes a tuple there. */
  #hashable(value: unknown, depth: number): void {
    const kind = typeof value === 'object' && value !== null ? unhashableKind(value) : undefined;
    if (kind === 'Array' && this.#rich) {
      checkDepth(depth);
      const start = this.out.openExtension();
      this.#hashables(value as unknown[], (value as unknown[]).length, depth);
      this.out.closeExtension(EXT.tuple, start);
    } else if (kind !== undefined) throw new Obstacle(`${kind} cannot be a key of a dict or an item of a set in Python: use a text`);
    else this.value(value, depth);
  }

  #view(view: ArrayBufferView): void {
    const bytes = bytesOf(view);
    const dtype = dtypeOf(view);
    if (dtype === undefined || view instanceof Uint8Array || types.isUint8Array(view)) this.#binary(bytes);
    else this.#elements({ data: view as Uint16Array, dtype, shape: [(view as Uint16Array).length] }, className(view));
  }

  #elements({ data, dtype, shape }: Pick<NDArray, 'data' | 'dtype' | 'shape'>, name: string): void {
    if (!this.#rich)
      throw new Obstacle(`an instance of ${name} has no plain MessagePack form: send its bytes as a Uint8Array, or its items as an array`);
    const start = this.out.openExtension();
    this.out.arrayHead(3);
    this.#text(dtype);
    this.array(shape, 0);
    this.#attached(bytesOf(data));
    this.out.closeExtension(EXT.array, start);
  }

  #table(table: ArrowTable): void {
    if (!this.#rich) throw new Obstacle('an Arrow table has no plain MessagePack form: send what tableToIPC() of apache-arrow gives');
    const bytes = writeTable(table);
    const start = this.out.openExtension();
    this.out.arrayHead(1);
    this.#attached(bytes);
    this.out.closeExtension(EXT.table, start);
  }

  /** Bytes within an extension: themselves, or where they lie out of band. */
  #attached(bytes: Uint8Array): void {
    const index = this.attachments.offer(bytes);
    if (index === undefined) this.out.binary(bytes);
    else this.out.number(index);
  }

  #binary(bytes: Uint8Array): void {
    const index = this.attachments.offer(bytes);
    if (index === undefined) this.out.binary(bytes);
    else this.#id(EXT.buffer, index);
  }

  #date(date: Date): void {
    if (Number.isNaN(date.getTime())) throw new Obstacle('an invalid Date is no instant: send null instead');
    if (this.#rich && !isInPythonYears(date)) throw new Obstacle("the Date is outside the years 1 to 9999, which Python's datetime has");
    this.#extension(instantExtension(date), 'a Date');
  }

  #extension({ code, data }: Extension, what: string): void {
    if (!this.#rich && code !== EXT.timestamp) throw new Obstacle(`${what} has no plain MessagePack form: send it as a text`);
    this.out.extension(code, data);
  }

  #reference(value: object, depth: number): void {
    const found = this.#refer?.(value);
    if (!found) throw new Obstacle(refusal(value));
    if ('code' in found) this.#id(found.code, found.id);
    else this.value(found.value, depth);
  }

  #id(code: number, id: number): void {
    const start = this.out.openExtension();
    if (code === EXT.handle) this.out.arrayHead(1);
    this.out.number(id);
    this.out.closeExtension(code, start);
  }
}
