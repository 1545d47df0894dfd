//! What the server takes, and what it makes of it.

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::Value;

use super::{PeerFault, Shared, signature::body_of, status};
use crate::call::Call;
use crate::listener::Cut;
use crate::lock::lock;

impl Shared {
    pub(super) async fn take(&self, call: &Call) -> Result<Response<Body>, Cut> {
        let fault = {
            let mut state = lock(&self.state);
            state.deliveries += 1;
            state.faults.pop_front()
        };
        let code = |code: u16| status(StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        match fault {
            Some(PeerFault::Status(answer)) => return Ok(code(answer)),
            Some(PeerFault::Cut) => return Err(Cut),
            Some(PeerFault::Slow(delay)) => tokio::time::sleep(delay).await,
            Some(PeerFault::TakenThen(_) | PeerFault::TakenThenCut) | None => {}
        }
        let owner = match self.verify(call).await {
            Ok(owner) => owner,
            Err(why) => {
                self.violate(format!("not taken: {why}"));
                return Ok(status(StatusCode::UNAUTHORIZED));
            }
        };
        match serde_json::from_slice::<Value>(&body_of(call)) {
            Ok(activity) if activity["actor"] == owner.as_str() => self.keep(activity),
            Ok(_) | Err(_) => self.violate("it is no activity of who signed it".to_owned()),
        }
        match fault {
            Some(PeerFault::TakenThenCut) => Err(Cut),
            Some(PeerFault::TakenThen(answer)) => Ok(code(answer)),
            Some(PeerFault::Status(_) | PeerFault::Cut | PeerFault::Slow(_)) | None => Ok(status(StatusCode::ACCEPTED)),
        }
    }

    /// Once only: an activity that is known by its id is taken and changes nothing.
    fn keep(&self, activity: Value) {
        let wrong = {
            let mut state = lock(&self.state);
            if state.taken.iter().any(|known| known["id"] == activity["id"]) {
                return;
            }
            let object = activity["object"].clone();
            let id = object["id"].as_str().unwrap_or_default().to_owned();
            let known = state.objects.iter().position(|(known, _)| *known == id);
            let wrong = match (activity["type"].as_str().unwrap_or_default(), known) {
                ("Create", None) => {
                    state.objects.push((id, object));
                    None
                }
                ("Update", Some(at)) => {
                    state.objects[at].1 = object;
                    None
                }
                ("Delete", Some(at)) => {
                    state.objects.remove(at);
                    None
                }
                ("Accept", _) => None,
                (kind, _) => Some(format!("a {kind} of what is there already, or not there: {id}")),
            };
            state.taken.push(activity);
            wrong
        };
        if let Some(wrong) = wrong {
            self.violate(wrong);
        }
    }
}
