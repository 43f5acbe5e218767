// Who has acknowledged.
import type { Board, Item } from "../api.ts";
import { answersOf, type Answer } from "../model/answers.ts";
import { answerText, titleOf } from "../texts.ts";
import { Mark } from "./icons.tsx";

/** A chip for each organisation: what it says, as a sign and a colour, and its name. */
export const AnswerChips = ({ item, board }: { item: Item; board: Board }) => {
  const answers = answersOf(item);
  return answers.length ? <ul class="answers">{answers.map((one) => <Chip key={one.organisation} answer={one} board={board} />)}</ul> : null;
};

const Chip = ({ answer, board }: { answer: Answer; board: Board }) => (
  <li class={`answer ${answer.word}`} title={`${titleOf(board, answer.organisation)}: ${answerText(answer.word)}`}>
    <Mark name={answer.word} /><span>{shortTitle(titleOf(board, answer.organisation))}</span><span class="unseen">: {answerText(answer.word)}</span>
  </li>
);

const SHORT = 12;

/** Return a title that is short enough for a chip: "Comune di Prato" is "Comune". */
export const shortTitle = (title: string): string => (title.length <= SHORT ? title : title.split(" ")[0]!);
