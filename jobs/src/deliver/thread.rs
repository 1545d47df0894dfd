//! What goes on in answers to a post, part by part, be it a long text or a first comment: each is a call of its own,
//! armed and settled like any other.

use beffroi_schema::{
    store::{Job, Settlement, Store},
    text::count::hashtags,
    value::{RemotePost, Rendered},
};
use chrono::TimeDelta;

use super::{outcome, task};
use crate::networks::DeliveryError;

/// The next part of a post that is there.
pub(super) struct Part<'a> {
    /// What it says.
    pub(super) post: Rendered,
    /// What it answers: the part before it.
    pub(super) before: RemotePost,
    /// The post so far.
    whole: &'a RemotePost,
    last: bool,
}

/// The next part of what this delivery posts; none before its first, and after its last.
pub(super) fn next(job: &Job) -> Option<Part<'_>> {
    let (rendered, whole) = (job.delivery.rendered.as_ref()?, task::said(job)?);
    let done = whole.parts().len();
    let text = rendered.thread.get(done)?;
    let before = RemotePost {
        id: whole.parts().last().unwrap_or(&whole.id).clone(),
        ..whole.alone()
    };
    let tags = hashtags(text)
        .into_iter()
        .map(|range| text[range].trim_start_matches('#').to_owned());
    let later = TimeDelta::milliseconds(i64::try_from(done + 1).unwrap_or(i64::MAX));
    let post = Rendered {
        text: text.clone(),
        thread: Vec::new(),
        // The post has it, or this text does.
        link: String::new(),
        card: None,
        pictures: Vec::new(),
        video: None,
        when: None,
        hashtags: tags.collect(),
        // Each has a moment of its own: networks that know posts by theirs tell them apart.
        at: rendered.at + later,
        ..rendered.clone()
    };
    Some(Part {
        post,
        before,
        whole,
        last: done + 1 == rendered.thread.len(),
    })
}

impl Part<'_> {
    /// What came of it.
    pub(super) fn outcome(&self, answer: Result<RemotePost, DeliveryError>, job: &Job, store: &Store) -> Settlement {
        let posted = answer.map(|part| {
            let mut whole = self.whole.clone();
            whole.goes_on(part.id);
            whole
        });
        match posted {
            Ok(whole) if self.last => Settlement::Posted(whole),
            Ok(whole) => Settlement::GoesOn(whole),
            // The part before this one was removed, the post and the others were not: it is still ours to take back.
            Err(DeliveryError::Gone(reason)) if !self.whole.parts().is_empty() => Settlement::Refused(format!(
                "a part of the post was removed there, and nothing follows it: {reason}"
            )),
            Err(error) => outcome::of_publish(Err(error), job, store),
        }
    }
}

/// Whether there is more to say than the first post says.
pub(super) fn begun(settlement: Settlement, post: &Rendered) -> Settlement {
    if post.thread.is_empty() {
        return settlement;
    }
    if let Settlement::Posted(remote) = settlement {
        Settlement::GoesOn(remote)
    } else {
        settlement
    }
}
