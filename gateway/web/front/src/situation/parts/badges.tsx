// What marks a situation: its state, that it is an exercise, that something is in its way.
import { say } from "../../shared/say.ts";
import type { Item } from "../api.ts";
import { causesOf, isActive, isExercise } from "../model/board.ts";
import { stateText } from "../texts.ts";
import { Mark } from "./icons.tsx";

export const StateBadge = ({ item }: { item: Item }) => {
  const said = item.feature.properties;
  return <span class={`state ${said.state} ${said.overrunning || said.start_unconfirmed ? "late" : ""}`}>{stateText(said)}</span>;
};

export const exerciseText = (): string => say("EXERCISE", "ESERCITAZIONE");

export const ExerciseBadge = ({ item }: { item: Item }) => (isExercise(item) ? <span class="exercise-badge">{exerciseText()}</span> : null);

/** What somebody or something on site says: that it has begun is measured or seen, and not only planned; and what has probably caused it. */
export const SiteBadge = ({ item, numbers }: { item: Item; numbers: ReadonlyMap<string, number> }) => {
  const causes = causesOf(item).map((id) => numbers.get(id)).filter((one) => one !== undefined);
  return (
    <>
      {isActive(item) && item.feature.properties.timing.start_verified && <span class="site-badge"><Mark name="accepted" />{say("verified on site", "verificato sul posto")}</span>}
      {causes.length > 0 && <span class="cause-badge">← {say("probably because of", "probabilmente per")} {causes.join(", ")}</span>}
    </>
  );
};

export const ConflictBadge = ({ item, numbers }: { item: Item; numbers: ReadonlyMap<string, number> }) => {
  const others = (item.conflicts ?? []).map((one) => numbers.get(one.id)).filter((one) => one !== undefined).sort((one, other) => one - other);
  return others.length ? <span class="conflict-badge"><Mark name="warning" />{say("in conflict with", "in conflitto con")} {others.join(", ")}</span> : null;
};
