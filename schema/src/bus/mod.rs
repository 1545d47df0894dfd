//! Says "look now" between tasks and processes. Carries no data: whoever is nudged reads the tables.
//!
//! A lost nudge costs at most [`SLOW_LOOK`], because every listener looks by itself that often.

mod redis;

use std::time::Duration;

use tokio::sync::watch;

pub use self::redis::BusError;

/// How long a listener waits at most before it looks by itself.
pub const SLOW_LOOK: Duration = Duration::from_secs(2);

/// One end of the bus. Clones share it.
#[derive(Clone, Debug)]
pub struct Bus {
    here: watch::Sender<u64>,
    elsewhere: Option<redis::Wire>,
}

impl Bus {
    /// A bus within this process: enough when one process does everything.
    pub fn local() -> Self {
        Self {
            here: watch::Sender::new(0),
            elsewhere: None,
        }
    }

    /// A bus shared with every process that names the same Redis.
    ///
    /// Redis need not be up: the bus connects as soon as it is, and until then listeners look by themselves.
    pub fn redis(url: &str) -> Result<Self, BusError> {
        let here = watch::Sender::new(0);
        let elsewhere = redis::Wire::open(url, here.clone())?;
        Ok(Self {
            here,
            elsewhere: Some(elsewhere),
        })
    }

    /// Tells every listener to look. Never fails: what cannot be told is found by looking.
    pub async fn nudge(&self) {
        self.here.send_modify(|count| *count = count.wrapping_add(1));
        if let Some(wire) = &self.elsewhere {
            wire.nudge().await;
        }
    }

    /// A new listener, which has heard everything so far.
    pub fn listen(&self) -> Listener {
        Listener {
            heard: self.here.subscribe(),
            elsewhere: self.elsewhere.clone(),
        }
    }

    /// Whether the other processes can be reached; always, on a local bus.
    pub async fn check(&self) -> Result<(), BusError> {
        match &self.elsewhere {
            None => Ok(()),
            Some(wire) => wire.check().await,
        }
    }
}

/// Hears nudges. Several nudges between two looks are heard as one.
#[derive(Debug)]
pub struct Listener {
    heard: watch::Receiver<u64>,
    elsewhere: Option<redis::Wire>,
}

impl Listener {
    /// Returns at the next nudge, or after `at_most`.
    ///
    /// A listener to which nothing is said for so long makes sure that it is still connected.
    pub async fn wait(&mut self, at_most: Duration) {
        let silence = tokio::time::timeout(at_most, self.heard.changed()).await.is_err();
        if let (true, Some(wire)) = (silence, &self.elsewhere) {
            wire.connect().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn nudges_are_heard_at_once_and_merged() {
        let bus = Bus::local();
        let mut listener = bus.listen();
        bus.nudge().await;
        bus.nudge().await;
        assert!(
            listener.wait(SLOW_LOOK).now_or_never().is_some(),
            "a nudge is heard at once"
        );
        assert!(
            listener.wait(SLOW_LOOK).now_or_never().is_none(),
            "two nudges are heard as one"
        );
    }
}
