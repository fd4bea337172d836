// Seals a file in the mended vault: npx node seal.ts KEY-FILE < input > output, in the work folder.

import { readFileSync } from 'node:fs';
import { seal } from './vault.ts';

process.stdout.write(seal(readFileSync(process.argv[2] ?? ''), readFileSync(0)));
