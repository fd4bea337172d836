/** Bytes drawn at a time: OpenSSL's DRBG gives so many in the time it takes to ask it twice. */
const blockLength = 4096;

/**
 * The same source of random bytes, asked for a block at a time: for nonces, IVs and ids, which become public.
 * What keys are made of is drawn from the source itself, so that no key is in memory before there is one.
 * No byte is handed out twice; what was handed out is wiped from the block.
 *
 * @param random of cryptographic quality
 */
export const blockwise = (random: (size: number) => Buffer) => {
  let block: Buffer = Buffer.alloc(0);
  let used = 0;
  return (size: number): Buffer => {
    if (used + size > block.length) {
      block = random(Math.max(size, blockLength));
      used = 0;
    }
    const end = used + size;
    const bytes = Buffer.from(block.subarray(used, end));
    block.fill(0, used, end);
    used = end;
    return bytes;
  };
};
