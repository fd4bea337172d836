import { createHash, createHmac } from 'node:crypto';

/** The hash that the SDK's signer asks for, or an HMAC where it brings a key; a class because it is called with `new`. */
export class Sha256 {
  readonly #hash;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    const bytes =
      key instanceof ArrayBuffer ? new Uint8Array(key) : (key as string | NodeJS.ArrayBufferView | undefined); // what HashConstructor may be given
    this.#hash = bytes === undefined ? createHash('sha256') : createHmac('sha256', bytes);
  }

  update(data: Uint8Array) {
    this.#hash.update(data);
  }

  async digest() {
    return new Uint8Array(this.#hash.digest());
  }

  reset() {}
}
