/** What a verified attestation document says of the machine that asks. */
export interface Attested {
  readonly platform: 'enclave' | 'nitrotpm';
  /** The enclave or instance: `i-…-enc…` or `i-…-tpm0000000000000000`. */
  readonly moduleId: string;
  /** Platform configuration registers by index, in lower-case hex. */
  readonly pcrs: ReadonlyMap<number, string>;
}
