import { testLessons } from './lessons.ts';

await testLessons('13', '18');
