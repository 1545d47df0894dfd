//! A resident's app that follows what happens, by `graphql-transport-ws`.
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use super::deployment::Deployment;

/// What it follows.
const CHANGES: &str = "subscription { itemChanged { change item { title } } }";
/// The title of what is published to see whether it listens.
const PROBE: &str = "Essai";
/// How long it waits for one probe before the next is published.
const PROBE_PAUSE: Duration = Duration::from_secs(3);
/// Longest wait for news.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Subscriber {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Subscriber {
    /// One that hears what happens from now on. A subscription gives no sign that it has begun, so something is
    /// published until it is heard.
    pub async fn at(address: SocketAddr, town: &Deployment) -> Self {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = connect_async(request).await.unwrap();
        let mut subscriber = Self { socket };
        subscriber.say(&json!({ "type": "connection_init" })).await;
        let welcome = subscriber.next().await;
        assert_eq!(welcome["type"], "connection_ack");
        let payload = json!({ "query": CHANGES });
        subscriber
            .say(&json!({ "type": "subscribe", "id": "1", "payload": payload }))
            .await;
        loop {
            town.publish(PROBE).await;
            if let Ok(heard) = tokio::time::timeout(PROBE_PAUSE, subscriber.next()).await {
                assert_eq!(heard["type"], "next", "{heard}");
                return subscriber;
            }
        }
    }

    /// The next change, probes passed over. Its title must be this one.
    pub async fn hears_of(&mut self, title: &str) -> Value {
        loop {
            let mut message = tokio::time::timeout(PATIENCE, self.next()).await.unwrap();
            let change = message["payload"]["data"]["itemChanged"].take();
            if change["item"]["title"] != PROBE {
                assert_eq!(change["item"]["title"], title, "{message}");
                return change;
            }
        }
    }

    async fn say(&mut self, message: &Value) {
        let text = Message::text(message.to_string());
        self.socket.send(text).await.unwrap();
    }

    async fn next(&mut self) -> Value {
        loop {
            let message = self.socket.next().await.unwrap().unwrap();
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }
}
