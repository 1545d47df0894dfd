//! What one WebSocket may ask for.

use std::net::SocketAddr;

use beffroi_api::{config::ApiConfig, graphql::socket::MAX_SUBSCRIPTIONS};
use beffroi_schema::bus::Bus;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::front::Front;

const CHANGES: &str = "subscription { itemChanged { change } }";

/// A client of the front, over a real connection.
struct Socket {
    wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
    _server: JoinSet<()>,
    _front: Front,
}

impl Socket {
    async fn open(requests_per_minute: u32) -> Self {
        let config = ApiConfig {
            requests_per_minute,
            ..ApiConfig::default()
        };
        let front = Front::with(config, Bus::local()).await;
        front.authority("valbourg").await;
        front.state.boards().refresh().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = front.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, service).await.unwrap() });
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (wire, _) = connect_async(request).await.unwrap();
        let mut socket = Self {
            wire,
            _server: server,
            _front: front,
        };
        socket.say(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket
    }

    async fn say(&mut self, message: Value) {
        self.wire.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn ask(&mut self, id: usize, query: &str) {
        let payload = json!({ "query": query });
        self.say(json!({ "type": "subscribe", "id": id.to_string(), "payload": payload }))
            .await;
    }

    async fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.wire.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The code with which the operation `id` is refused.
    async fn refusal(&mut self, id: usize) -> String {
        let id = Value::from(id.to_string());
        loop {
            let heard = self.hear().await;
            if heard["id"] == id && heard["type"] == "next" {
                let code = &heard["payload"]["errors"][0]["extensions"]["code"];
                return code.as_str().unwrap_or_default().to_owned();
            }
        }
    }
}

#[tokio::test]
async fn only_subscriptions_travel_over_a_socket() {
    let mut socket = Socket::open(600).await;
    for (id, query) in [
        "{ authorities { slug } }",
        "mutation { forgetDevice(id: \"x\") { id } }",
    ]
    .iter()
    .enumerate()
    {
        socket.ask(id, query).await;
        assert_eq!(socket.refusal(id).await, "BAD_USER_INPUT", "{query}");
    }
}

#[tokio::test]
async fn a_socket_follows_a_handful_of_lists() {
    let mut socket = Socket::open(600).await;
    for id in 0..=MAX_SUBSCRIPTIONS {
        socket.ask(id, CHANGES).await;
    }
    assert_eq!(socket.refusal(MAX_SUBSCRIPTIONS).await, "RATE_LIMITED");
}

#[tokio::test]
async fn what_is_asked_over_a_socket_counts_for_its_address() {
    let mut socket = Socket::open(10).await;
    // Five at once: the socket itself was the first.
    for id in 0..5 {
        socket.ask(id, CHANGES).await;
    }
    assert_eq!(socket.refusal(4).await, "RATE_LIMITED");
}
