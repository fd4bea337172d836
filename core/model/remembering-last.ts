/** The same function, which need not run when it is asked again what it was asked last. It must give no more than its question decides. */
export const rememberingLast = <Question extends string | number | undefined, Answer>(
  answerTo: (question: Question) => Answer,
): ((question: Question) => Answer) => {
  let last: { readonly question: Question; readonly answer: Answer } | undefined;
  return (question) => {
    if (last === undefined || last.question !== question) last = { question, answer: answerTo(question) };
    return last.answer;
  };
};
