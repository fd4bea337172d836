import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from './files.ts';

/** The service's own time: real time, and by how much it was moved. */
export interface Clock {
  now(): Date;
  /** By how much it was moved. */
  offsetMs(): number;
  /** Moves it, for good: the file says so before it goes by. */
  moveTo(instant: Date): Promise<void>;
  /** Real time again. */
  reset(): Promise<void>;
}

/** Instants are stored as text, which sorts in time only within years of four digits. */
export const first = new Date('2000-01-01T00:00:00Z');
export const last = new Date('9999-01-01T00:00:00Z');
export const canBe = (instant: Date): boolean => instant >= first && instant < last;

/** @param file where the clock is kept; real time while there is none. Nothing is kept without it. */
export const openClock = async (file: string | undefined): Promise<Clock> => {
  let offsetMs = file === undefined ? 0 : await readOffset(file);
  const keep = async (ms: number) => {
    if (file !== undefined) await writeFileAtomically(file, `${JSON.stringify({ offsetMs: ms })}\n`, 0o600);
    offsetMs = ms;
  };
  return {
    now: () => new Date(Date.now() + offsetMs),
    offsetMs: () => offsetMs,
    moveTo: (instant) => keep(instant.getTime() - Date.now()),
    reset: () => keep(0),
  };
};

/** @throws {Error} when the file does not say how far: nobody knows then which keys are to be gone */
const readOffset = async (file: string): Promise<number> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"offsetMs":0}';
    throw error;
  });
  try {
    const { offsetMs } = JSON.parse(text) as { offsetMs?: unknown }; // checked below
    if (typeof offsetMs === 'number' && canBe(new Date(Date.now() + offsetMs))) return offsetMs;
  } catch {} // said below
  throw new Error(`${file} does not say how far the clock was moved; it should read {"offsetMs":0}`);
};
