// node verify.mjs PUBLIC-KEY.pem FILE SIGNATURE
// Verifies a signature by Ed25519 or ML-DSA, which openssl knows from 3.5 on, and Node from 24.6 on.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [key, file, signature] = process.argv.slice(2).map((path) => readFileSync(path));
try {
  const publicKey = createPublicKey(key);
  const isGood = verify(null, file, publicKey, signature);
  console.log(`${publicKey.asymmetricKeyType}: ${isGood ? 'verified' : 'NOT what was signed'}`);
  process.exitCode = isGood ? 0 : 1;
} catch (error) {
  console.error(`Node ${process.versions.node} cannot verify that: ${error.message}`);
  process.exitCode = 2;
}
