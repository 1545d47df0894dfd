//! What becomes of a copy of an item, on one account, when the item changes: it is edited, answered, taken down,
//! replaced, handed to a person, or left as it is.
//!
//! A pure function of what is asked, what is there, and what the account can do: what staff are shown before they
//! publish is what the delivery loop then does.

use chrono::TimeDelta;

use crate::{
    clock::Timestamp,
    value::{AccountRules, Action, Capabilities, Change, CopyStep, Correction, Errand, Why},
};

/// Ways to have a post say something else, as little as possible changing for its readers: its address, then its place.
const WAYS: [Correction; 3] = [Correction::Edit, Correction::Reply, Correction::Repost];

/// A post of ours that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The item's version that it says.
    pub version: i32,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// A person made it, and gave its address alone: programs cannot touch it.
    pub by_address: bool,
}

/// What is asked of an account, and how things stand there.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What is asked.
    pub action: Action,
    /// What happened to the item.
    pub change: Change,
    /// The item's version that is to be said.
    pub version: i32,
    /// Our post, where there is one.
    pub copy: Option<Copy>,
    /// Our former post was taken down for this one.
    pub cleared: bool,
    /// A person was asked to look whether an earlier version is there, and has not said.
    pub doubted: bool,
    /// What the account can do.
    pub abilities: &'a Capabilities,
    /// What its people want.
    pub rules: &'a AccountRules,
    /// The present.
    pub now: Timestamp,
}

/// What becomes of the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is done.
    pub step: CopyStep,
    /// Why that, where it is not plain.
    pub why: Option<Why>,
}

/// What becomes of a copy.
pub fn plan(case: &Case<'_>) -> Plan {
    let because = |step, why| Plan { step, why: Some(why) };
    let just = |step| Plan { step, why: None };
    match (case.action, case.copy) {
        // Of a thread, or of answers, one may be there that nobody knows of: what is told next would leave it behind.
        _ if case.doubted => because(CopyStep::ByHand(Errand::Look), Why::Doubted),
        (Action::Withdraw, None) => because(CopyStep::Nothing, Why::NeverThere),
        (Action::Withdraw, Some(copy)) if copy.by_address => because(CopyStep::ByHand(Errand::Delete), Why::ByAddress),
        (Action::Withdraw, Some(copy)) => match able(case, copy).delete {
            Able::Yes => just(CopyStep::Delete),
            Able::NoMore => because(CopyStep::ByHand(Errand::Delete), Why::TooLate),
            Able::Never => because(CopyStep::ByHand(Errand::Delete), Why::NoDelete),
        },
        (Action::Publish | Action::Amend, None) if case.change == Change::Resolved && !case.cleared => {
            because(CopyStep::Nothing, Why::OverBefore)
        }
        (Action::Publish | Action::Amend, None) if case.abilities.by_hand => {
            because(CopyStep::ByHand(Errand::Post), Why::NoPrograms)
        }
        (Action::Publish | Action::Amend, None) => just(CopyStep::Publish),
        (Action::Publish | Action::Amend, Some(copy)) if copy.version >= case.version => {
            because(CopyStep::Nothing, Why::SaidAlready)
        }
        (Action::Publish | Action::Amend, Some(copy)) if copy.by_address => {
            because(CopyStep::ByHand(Errand::Correct), Why::ByAddress)
        }
        (Action::Publish | Action::Amend, Some(copy)) => {
            let able = able(case, copy);
            let mut wanted = case.rules.corrections.into_iter().chain(WAYS);
            let late = WAYS.iter().any(|way| able.to(*way) == Able::NoMore);
            let why = if late { Why::TooLate } else { Why::NoChange };
            let way = wanted.find(|way| able.to(*way) == Able::Yes);
            way.map_or(because(CopyStep::ByHand(Errand::Correct), why), |way| just(step(way)))
        }
    }
}

/// What happened, for the readers of an account: to those who saw nothing before, a correction is the first word.
pub fn told_as(change: Change, seen_before: bool) -> Change {
    match change {
        Change::Amended | Change::Reopened if !seen_before => Change::Published,
        Change::Published | Change::Amended | Change::Reopened | Change::Resolved | Change::Withdrawn => change,
    }
}

/// Whether something can be done with a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Able {
    Yes,
    /// It could, when the post was younger.
    NoMore,
    Never,
}

/// What can be done with a post now.
struct Abilities {
    edit: Able,
    reply: Able,
    delete: Able,
    replace: Able,
}

impl Abilities {
    fn to(&self, way: Correction) -> Able {
        match way {
            Correction::Edit => self.edit,
            Correction::Reply => self.reply,
            Correction::Repost => self.replace,
        }
    }
}

fn able(case: &Case<'_>, copy: Copy) -> Abilities {
    let abilities = case.abilities;
    let young = |within: Option<u32>| within.is_none_or(|s| case.now - copy.posted_at < TimeDelta::seconds(s.into()));
    let able = |ever: bool, within| match (ever, young(within)) {
        (true, true) => Able::Yes,
        (true, false) => Able::NoMore,
        (false, _) => Able::Never,
    };
    // A second post that is paid for, and that a budget may hold back when the first is gone, is a person's to decide.
    let replace = abilities.delete && abilities.price.is_none();
    Abilities {
        edit: able(abilities.edit, abilities.edit_within_s),
        reply: able(abilities.reply, None),
        delete: able(abilities.delete, abilities.delete_within_s),
        replace: able(replace, abilities.delete_within_s),
    }
}

fn step(way: Correction) -> CopyStep {
    match way {
        Correction::Edit => CopyStep::Edit,
        Correction::Reply => CopyStep::Reply,
        Correction::Repost => CopyStep::Repost,
    }
}

impl Plan {
    /// What happens, for people: in French and in English.
    pub fn sentence(self) -> (&'static str, &'static str) {
        if let Some(why) = self.why {
            return why.sentence();
        }
        match self.step {
            CopyStep::Publish => ("Une nouvelle publication part.", "A new post goes out."),
            CopyStep::Edit => ("La publication est modifiée.", "The post is edited."),
            CopyStep::Reply => (
                "Une réponse à la publication la corrige.",
                "An answer to the post corrects it.",
            ),
            CopyStep::Repost => (
                "La publication est supprimée, et une nouvelle prend sa place.",
                "The post is deleted, and a new one takes its place.",
            ),
            CopyStep::Delete => ("La publication est supprimée.", "The post is deleted."),
            CopyStep::ByHand(_) => ("À faire à la main.", "To be done by hand."),
            CopyStep::Nothing => ("Rien ne change.", "Nothing changes."),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::value::{Counting, TextLimit};

    fn abilities(edit: bool, reply: bool, delete: bool) -> Capabilities {
        Capabilities {
            edit,
            delete,
            reply,
            ..Capabilities::texts(TextLimit {
                units: 300,
                counting: Counting::Graphemes,
                bytes: None,
                url_units: None,
                short_mentions: false,
            })
        }
    }

    /// What becomes of a post of version 1 when version 2 is told.
    fn follows(change: Change, able: (bool, bool, bool), corrections: Option<Correction>) -> Plan {
        let abilities = abilities(able.0, able.1, able.2);
        let rules = AccountRules {
            corrections,
            ..AccountRules::default()
        };
        let posted_at = DateTime::UNIX_EPOCH;
        plan(&Case {
            action: if change == Change::Withdrawn {
                Action::Withdraw
            } else {
                Action::Amend
            },
            change,
            version: 2,
            copy: Some(Copy {
                version: 1,
                posted_at,
                by_address: false,
            }),
            cleared: false,
            doubted: false,
            abilities: &abilities,
            rules: &rules,
            now: posted_at,
        })
    }

    #[test]
    fn a_correction_changes_as_little_as_can_be_or_what_its_people_want() {
        use Correction::{Edit, Reply, Repost};
        for (able, wanted, step) in [
            ((true, true, true), None, CopyStep::Edit),
            ((false, true, true), None, CopyStep::Reply),
            ((false, false, true), None, CopyStep::Repost),
            ((false, false, false), None, CopyStep::ByHand(Errand::Correct)),
            ((true, true, true), Some(Reply), CopyStep::Reply),
            ((true, true, true), Some(Repost), CopyStep::Repost),
            ((false, true, true), Some(Edit), CopyStep::Reply),
            ((true, false, true), Some(Reply), CopyStep::Edit),
            ((true, true, false), Some(Repost), CopyStep::Edit),
            ((false, false, false), Some(Repost), CopyStep::ByHand(Errand::Correct)),
        ] {
            for change in [Change::Amended, Change::Resolved, Change::Reopened] {
                let found = follows(change, able, wanted);
                assert_eq!(found.step, step, "{able:?}, {wanted:?}, {change}");
            }
        }
        assert_eq!(
            follows(Change::Amended, (false, false, false), None).why,
            Some(Why::NoChange)
        );
    }

    #[test]
    fn a_withdrawal_deletes_or_is_a_persons() {
        let gone = follows(Change::Withdrawn, (false, false, true), None);
        assert_eq!((gone.step, gone.why), (CopyStep::Delete, None));
        let stays = follows(Change::Withdrawn, (true, true, false), None);
        assert_eq!(
            (stays.step, stays.why),
            (CopyStep::ByHand(Errand::Delete), Some(Why::NoDelete))
        );
    }

    #[test]
    fn what_can_be_done_for_a_time_is_done_within_it() {
        let mut abilities = abilities(true, false, true);
        (abilities.edit_within_s, abilities.delete_within_s) = (Some(1_800), Some(172_800));
        let rules = AccountRules::default();
        let posted_at = DateTime::UNIX_EPOCH;
        let after = |action, seconds| {
            plan(&Case {
                action,
                change: Change::Amended,
                version: 2,
                copy: Some(Copy {
                    version: 1,
                    posted_at,
                    by_address: false,
                }),
                cleared: false,
                doubted: false,
                abilities: &abilities,
                rules: &rules,
                now: posted_at + TimeDelta::seconds(seconds),
            })
        };
        for (action, seconds, step, why) in [
            (Action::Amend, 1_799, CopyStep::Edit, None),
            (Action::Amend, 1_800, CopyStep::Repost, None),
            (
                Action::Amend,
                172_800,
                CopyStep::ByHand(Errand::Correct),
                Some(Why::TooLate),
            ),
            (Action::Withdraw, 172_799, CopyStep::Delete, None),
            (
                Action::Withdraw,
                172_800,
                CopyStep::ByHand(Errand::Delete),
                Some(Why::TooLate),
            ),
        ] {
            assert_eq!(after(action, seconds), Plan { step, why }, "{action} after {seconds} s");
        }
    }

    #[test]
    fn where_nothing_is_there_the_news_is_new_or_over() {
        let abilities = abilities(true, true, true);
        let rules = AccountRules::default();
        let case = |action, change, cleared| Case {
            action,
            change,
            version: 2,
            copy: None,
            cleared,
            doubted: false,
            abilities: &abilities,
            rules: &rules,
            now: DateTime::UNIX_EPOCH,
        };
        for (action, change, cleared, step, why) in [
            (Action::Publish, Change::Published, false, CopyStep::Publish, None),
            (Action::Amend, Change::Amended, false, CopyStep::Publish, None),
            (
                Action::Amend,
                Change::Resolved,
                false,
                CopyStep::Nothing,
                Some(Why::OverBefore),
            ),
            (Action::Amend, Change::Resolved, true, CopyStep::Publish, None),
            (
                Action::Withdraw,
                Change::Withdrawn,
                false,
                CopyStep::Nothing,
                Some(Why::NeverThere),
            ),
            (
                Action::Withdraw,
                Change::Withdrawn,
                true,
                CopyStep::Nothing,
                Some(Why::NeverThere),
            ),
        ] {
            assert_eq!(
                plan(&case(action, change, cleared)),
                Plan { step, why },
                "{action}, {change}"
            );
        }
        let said = Case {
            copy: Some(Copy {
                version: 2,
                posted_at: DateTime::UNIX_EPOCH,
                by_address: false,
            }),
            ..case(Action::Amend, Change::Amended, false)
        };
        assert_eq!(plan(&said).why, Some(Why::SaidAlready));
    }

    #[test]
    fn a_correction_is_the_first_word_to_those_who_saw_none() {
        assert_eq!(told_as(Change::Amended, false), Change::Published);
        assert_eq!(told_as(Change::Amended, true), Change::Amended);
        assert_eq!(told_as(Change::Resolved, false), Change::Resolved);
    }

    #[test]
    fn what_programs_cannot_do_or_do_not_know_is_a_persons() {
        let abilities = abilities(true, true, true);
        let rules = AccountRules::default();
        let now = DateTime::UNIX_EPOCH;
        let case = |action, copy, doubted, abilities| {
            let found = plan(&Case {
                action,
                change: Change::Amended,
                version: 2,
                copy,
                cleared: false,
                doubted,
                abilities,
                rules: &rules,
                now,
            });
            (found.step, found.why)
        };
        let theirs = Some(Copy {
            version: 1,
            posted_at: now,
            by_address: true,
        });
        let by_hand = |errand, why| (CopyStep::ByHand(errand), Some(why));
        assert_eq!(
            case(Action::Amend, theirs, false, &abilities),
            by_hand(Errand::Correct, Why::ByAddress)
        );
        assert_eq!(
            case(Action::Withdraw, theirs, false, &abilities),
            by_hand(Errand::Delete, Why::ByAddress)
        );
        let ours = Some(Copy {
            version: 1,
            posted_at: now,
            by_address: false,
        });
        for action in [Action::Publish, Action::Amend, Action::Withdraw] {
            for copy in [None, ours] {
                let found = case(action, copy, true, &abilities);
                assert_eq!(found, by_hand(Errand::Look, Why::Doubted), "{action}, {copy:?}");
            }
        }
        let nobody = Capabilities {
            by_hand: true,
            ..abilities.clone()
        };
        assert_eq!(
            case(Action::Publish, None, false, &nobody),
            by_hand(Errand::Post, Why::NoPrograms)
        );
    }
}
