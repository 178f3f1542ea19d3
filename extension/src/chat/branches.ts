/**
 * The versions of a conversation. Asking an earlier question differently makes a new conversation
 * out of what was said before it; the old one stays. From which one another was made is all the
 * server tells; what belongs together is found here.
 */

import type { Branch } from "./turns";

/** A conversation, and the one it was made from. */
export interface Member {
  id: string;
  createdAt: number;
  /** `after` is the last turn taken over; absent when none was. */
  forkOf?: { session: string; after?: string };
}

/** More steps from a conversation to its first one are not followed. */
const STEPS_MAX = 1_000;

/** What all versions of one conversation have in common: the id of the first, also after it was deleted. */
export function familyOf(member: Member, all: ReadonlyMap<string, Member>): string {
  let id = member.id;
  for (const step of lineage(member, all)) id = step.forkOf?.session ?? step.id;
  return id;
}

/** The places where the conversation has other versions, seen from one of them. */
export function branchesOf(session: string, members: readonly Member[]): Branch[] {
  const all = new Map(members.map((member) => [member.id, member]));
  const current = all.get(session);
  if (!current) return [];
  const family = familyOf(current, all);
  const relatives = members
    .filter((member) => familyOf(member, all) === family)
    .toSorted((one, other) => one.createdAt - other.createdAt);
  const places = new Set(relatives.flatMap(({ forkOf }) => (forkOf ? [forkOf.after ?? ""] : [])));
  return [...places].flatMap((after) => {
    const made = relatives.filter(({ forkOf }) => forkOf && (forkOf.after ?? "") === after).map(({ id }) => id);
    const sessions = all.has(family) ? [family, ...made] : made;
    const at = sessions.indexOf(versionAt(current, after, all) ?? family);
    return at < 0 || sessions.length < 2 ? [] : [{ after, sessions, at }];
  });
}

/** The conversation that began the version `member` belongs to; none for the first version. */
function versionAt(member: Member, after: string, all: ReadonlyMap<string, Member>): string | undefined {
  return lineage(member, all).find(({ forkOf }) => forkOf && (forkOf.after ?? "") === after)?.id;
}

/** The conversation, the one it was made from, and so on. */
function lineage(member: Member, all: ReadonlyMap<string, Member>): Member[] {
  const line = new Set([member]);
  for (let one = parentOf(member, all); one && line.size < STEPS_MAX && !line.has(one); one = parentOf(one, all)) {
    line.add(one);
  }
  return [...line];
}

function parentOf({ forkOf }: Member, all: ReadonlyMap<string, Member>): Member | undefined {
  return forkOf && all.get(forkOf.session);
}
