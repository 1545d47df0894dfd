//! What becomes of the copies of an item.

closed_set! {
    /// What is done about an item on an account.
    pub enum CopyStep {
        /// A new post.
        Publish = "publish",
        /// Our post is changed.
        Edit = "edit",
        /// Our answer to the post corrects it.
        Reply = "reply",
        /// Our post is deleted, and a new one takes its place.
        Repost = "repost",
        /// Our post is deleted.
        Delete = "delete",
        /// A person does it.
        ByHand = "by_hand",
        /// Nothing.
        Nothing = "nothing",
    }
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
            Self::TooLate => (
                "À faire à la main\u{a0}: la publication est trop ancienne, ce réseau ne nous laisse plus y toucher.",
                "To be done by hand: the post is too old, this network does not let us touch it any more.",
            ),
        }
    }
}
