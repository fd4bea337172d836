// Both attacks, without any key: node attack.mjs, in the work folder.

import { readFileSync, writeFileSync } from 'node:fs';

const xor = (a, b) => a.map((byte, place) => byte ^ b[place]);

// notice.txt is known, and was sealed with the same keystream as the secret
const keystream = xor(readFileSync('notice.sealed'), readFileSync('notice.txt'));
writeFileSync('recovered.txt', xor(readFileSync('secret.sealed'), keystream));

// what flips in the ciphertext flips in the text: "00100" becomes "99100"
const order = readFileSync('order.sealed');
const at = 'PAY '.length;
const change = xor(Buffer.from('00100'), Buffer.from('99100'));
order.set(xor(order.subarray(at, at + 5), change), at);
writeFileSync('order.forged', order);
