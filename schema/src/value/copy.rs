//! What becomes of the copies of an item.

use super::Errand;

/// What is done about an item on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyStep {
    /// A new post.
    Publish,
    /// Our post is changed.
    Edit,
    /// Our answer to the post corrects it.
    Reply,
    /// Our post is deleted, and a new one takes its place.
    Repost,
    /// Our post is deleted.
    Delete,
    /// A person does it.
    ByHand(Errand),
    /// Nothing.
    Nothing,
}

closed_set! {
    /// Why that is done, where it is not plain.
    pub enum Why {
        /// The item never reached this account.
        NeverThere = "never_there",
        /// It was over before it reached this account.
        OverBefore = "over_before",
        /// The post says this already, or something newer.
        SaidAlready = "said_already",
        /// The network does not let us delete the post.
        NoDelete = "no_delete",
        /// The network lets us neither edit, nor answer, nor replace the post.
        NoChange = "no_change",
        /// The network let us, as long as the post was young.
        TooLate = "too_late",
        /// The network takes no posts from programs.
        NoPrograms = "no_programs",
        /// A person made the post: programs know its address alone.
        ByAddress = "by_address",
        /// An earlier version may be there: a person looks before anything else is done.
        Doubted = "doubted",
        /// The account was never checked: nobody knows what it can do.
        Unchecked = "unchecked",
    }
}

impl Why {
    /// For people, in French and in English.
    pub const fn sentence(self) -> (&'static str, &'static str) {
        match self {
            Self::NeverThere => (
                "Rien à faire\u{a0}: cet élément n’est jamais arrivé sur ce compte.",
                "Nothing to do: it never reached this account.",
            ),
            Self::OverBefore => (
                "Rien à faire\u{a0}: c’était fini avant d’arriver sur ce compte.",
                "Nothing to do: it was over before it reached this account.",
            ),
            Self::SaidAlready => (
                "Rien à faire\u{a0}: la publication le dit déjà, ou dit plus récent.",
                "Nothing to do: the post says this, or something newer, already.",
            ),
            Self::NoDelete => (
                "À faire à la main\u{a0}: ce réseau ne nous laisse pas supprimer la publication.",
                "To be done by hand: this network does not let us delete the post.",
            ),
            Self::NoChange => (
                "À faire à la main\u{a0}: ce réseau ne nous laisse ni modifier la publication, ni y répondre, ni la remplacer.",
                "To be done by hand: this network lets us neither edit, nor answer, nor replace the post.",
            ),
            Self::Unchecked => (
                "On ne sait pas encore\u{a0}: ce compte n’a jamais été vérifié.",
                "Not known yet: this account was never checked.",
            ),
            Self::TooLate => (
                "À faire à la main\u{a0}: la publication est trop ancienne, ce réseau ne nous laisse plus y toucher.",
                "To be done by hand: the post is too old, this network does not let us touch it any more.",
            ),
            Self::NoPrograms => (
                "À faire à la main\u{a0}: ce réseau n’accepte rien des logiciels.",
                "To be done by hand: this network takes no posts from programs.",
            ),
            Self::ByAddress => (
                "À faire à la main\u{a0}: une personne a fait cette publication, seule son adresse est connue.",
                "To be done by hand: a person made this post, only its address is known.",
            ),
            Self::Doubted => (
                "À regarder d’abord\u{a0}: une version antérieure est peut-être publiée.",
                "To be looked at first: an earlier version may have been posted.",
            ),
        }
    }
}
