import type { Call } from './call.ts';

/** Plaintexts and data keys are zeroed once their call is over, however it ended. */
export const wipeBytes = () => ({
  after: ({ event }: { event: Call }) => wipeCall(event),
  onError: ({ event }: { event: Call }) => wipeCall(event),
});

const wipeCall = ({ input, output }: Call): void => {
  for (const value of [...Object.values(input), ...Object.values(output ?? {})]) {
    if (Buffer.isBuffer(value)) value.fill(0);
  }
};
