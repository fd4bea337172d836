import { parentPort } from 'node:worker_threads';
import { wipe } from '../../core/crypto/bytes.ts';
import { type Answer, type Call, type Calls, calls } from './calls.ts';
import { mapBytes, withBuffers, withOwnBytes } from './map-bytes.ts';

const wipeAll = (value: unknown): void => {
  mapBytes(value, (bytes) => {
    wipe(bytes);
    return bytes;
  });
};

const answer = async ({ id, name, given }: Call): Promise<void> => {
  const post = (answer: Answer, memory: ArrayBuffer[] = []) => parentPort?.postMessage(answer, memory);
  const buffers = withBuffers(given);
  try {
    const call = calls[name] as (...given: unknown[]) => ReturnType<Calls[typeof name]>; // posted as its own parameters
    const result = await call(...(buffers as unknown[])); // an array, as it was
    const { value, memory } = withOwnBytes(result);
    wipeAll(result);
    post({ id, result: value }, memory);
  } catch (error) {
    post({ id, error });
  } finally {
    wipeAll(buffers);
  }
};

parentPort?.on('message', answer);
