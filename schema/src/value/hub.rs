//! Words of the hub (W3C `WebSub`).

closed_set! {
    /// What a subscriber asks of the hub.
    pub enum HubMode {
        /// To be sent a feed.
        Subscribe = "subscribe",
        /// Not to be any more.
        Unsubscribe = "unsubscribe",
    }
}
