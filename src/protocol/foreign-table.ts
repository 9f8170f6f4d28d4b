/**
 * Tables of another copy of apache-arrow. Owns making them of the copy that is to write them: the package exists twice in a program that
 * imports and requires it, and a copy writes the tables of another one wrongly, without a word.
 */

type Class<T = object> = new (...args: never[]) => T;

/** What is needed of the copy that a table is made of. */
export interface ArrowParts {
  readonly Type: Readonly<Record<number, string>>;
  readonly Schema: new (fields: object[], metadata: unknown) => object;
  readonly Field: new (name: string, type: object, nullable: boolean, metadata: unknown) => object;
  readonly Data: new (
    type: object,
    offset: number,
    length: number,
    nullCount: number,
    buffers: readonly unknown[],
    children: object[],
    dictionary: object | undefined,
    variadicBuffers: unknown,
  ) => object;
  readonly Vector: new (data: object[]) => object;
  readonly RecordBatch: new (schema: object, data: object) => object;
  readonly Table: { new (schema: object, batches: object[]): object; readonly prototype: object };
}

interface ForeignType {
  readonly typeId: number;
  readonly children?: readonly ForeignField[] | null;
  readonly dictionary?: ForeignType;
  readonly indices?: ForeignType;
}

interface ForeignField {
  readonly name: string;
  readonly type: ForeignType;
  readonly nullable: boolean;
  readonly metadata: unknown;
}

interface ForeignData {
  readonly type: ForeignType;
  readonly offset: number;
  readonly length: number;
  readonly nullCount: number;
  readonly buffers: readonly unknown[];
  readonly children: readonly ForeignData[];
  readonly dictionary?: { readonly data: readonly ForeignData[] };
  readonly variadicBuffers?: unknown;
}

interface ForeignTable {
  readonly schema: { readonly fields: readonly ForeignField[]; readonly metadata: unknown };
  readonly batches: readonly { readonly data: ForeignData }[];
}

/**
 * Makes a table of the same contents, which are not copied.
 *
 * @param table of any copy and version
 * @param arrow the copy that the result is of
 * @throws TypeError it has a type that this copy does not know
 */
export function adopted(table: object, arrow: ArrowParts): object {
  return new Adoption(arrow).table(table as ForeignTable);
}

class Adoption {
  readonly #arrow: ArrowParts;
  /** A dictionary that batches share is written once only if it is shared here, too. */
  readonly #known = new Map<object, object>();

  constructor(arrow: ArrowParts) {
    this.#arrow = arrow;
  }

  table({ schema, batches }: ForeignTable): object {
    const { Schema, RecordBatch, Table } = this.#arrow;
    const own = new Schema(
      schema.fields.map((field) => this.#field(field)),
      schema.metadata,
    );
    return new Table(
      own,
      batches.map(({ data }) => new RecordBatch(own, this.#data(data))),
    );
  }

  #field({ name, type, nullable, metadata }: ForeignField): object {
    return new this.#arrow.Field(name, this.#type(type), nullable, metadata);
  }

  #type(type: ForeignType): object {
    return this.#once(type, () => {
      const own: Record<string, unknown> = Object.assign(Object.create(this.#classOf(type).prototype), type);
      if (Object.hasOwn(type, 'children')) own['children'] = type.children?.map((field) => this.#field(field));
      if (type.dictionary) own['dictionary'] = this.#type(type.dictionary);
      if (type.indices) own['indices'] = this.#type(type.indices);
      return own;
    });
  }

  /** A name that JavaScript has itself ends in an underscore there. */
  #classOf({ typeId }: ForeignType): Class {
    const name = this.#arrow.Type[typeId] ?? '';
    const classes = this.#arrow as unknown as Readonly<Record<string, Class | undefined>>;
    const found = classes[`${name}_`] ?? classes[name];
    if (found) return found;
    throw new TypeError(`the table has a type (${typeId}) that the installed apache-arrow does not know: install one version of it`);
  }

  #data(data: ForeignData): object {
    return this.#once(data, () => {
      const { offset, length, nullCount, buffers, variadicBuffers } = data;
      const children = data.children.map((child) => this.#data(child));
      const dictionary = data.dictionary && this.#vector(data.dictionary);
      return new this.#arrow.Data(this.#type(data.type), offset, length, nullCount, buffers, children, dictionary, variadicBuffers);
    });
  }

  #vector(vector: { readonly data: readonly ForeignData[] }): object {
    return this.#once(vector, () => new this.#arrow.Vector(vector.data.map((data) => this.#data(data))));
  }

  #once(foreign: object, make: () => object): object {
    const own = this.#known.get(foreign) ?? make();
    this.#known.set(foreign, own);
    return own;
  }
}
