/** What turns the arguments and results of a method into bytes and back. Owns the public interface; how codecs work in calls is wire's business. */

/**
 * How the values of a method or event become bytes. A codec of your own is an object with these three: the function in the worker gets
 * and gives byte strings then.
 *
 * @typeParam In what is sent
 * @typeParam Out what arrives
 */
export interface Codec<In, Out = In> {
  /** For messages. */
  readonly name: string;
  /** Turns a value into bytes. May throw: the call fails with a SerializationError that has it as its cause. */
  serialize(value: In): Uint8Array;
  /** Turns bytes into a value. May throw, likewise. The bytes are not used by anybody else. */
  deserialize(bytes: Uint8Array): Out;
}

/** A codec for values of many types. */
export interface TypedCodec<In, Out> extends Codec<In, Out> {
  /**
   * Says which types a method has; nothing is checked when the program runs.
   *
   * @typeParam I what is sent
   * @typeParam O what arrives; the same by default
   * @returns this codec
   */
  as<I extends In, O = I>(): Codec<I, O>;
}
