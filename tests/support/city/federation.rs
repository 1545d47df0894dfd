//! Our own actors, and who follows them.

use beffroi_schema::{
    address::Addresses,
    entity::federated_actor,
    id::ItemId,
    store::{NewFederatedActor, machine},
    value::{Label, Language},
};

use super::City;

impl City {
    /// An actor of the town; with a topic, of that alone.
    pub async fn actor(&self, name: &str, topic: Option<&str>) -> federated_actor::Model {
        let new = NewFederatedActor {
            authority: self.authority,
            name: name.to_owned(),
            topic: topic.map(str::to_owned),
            title: format!("Ville de Valbourg : {name}"),
            summary: Label(
                [
                    (Language::french(), "La ville".to_owned()),
                    (Language::english(), "The town".to_owned()),
                ]
                .into(),
            ),
            icon: None,
        };
        self.store.create_federated_actor(new, &machine("test")).await.unwrap()
    }

    /// Where things are.
    pub fn addresses(&self) -> Addresses {
        self.worker.addresses().clone()
    }

    /// What an item is on an actor.
    pub fn told(&self, actor: &str, item: ItemId) -> String {
        self.addresses().told(actor, item)
    }

    /// Somebody on one of the servers follows an actor; the server may be given more than the answer.
    pub async fn followed_by_again(&self, peer: usize, person: &str, actor: &str) {
        let peer = &self.peers[peer];
        assert_eq!(peer.follow(person, &self.addresses().actor(actor)).await, 202);
        self.settle().await;
        assert!(peer.kinds().iter().filter(|kind| *kind == "Accept").count() > 1);
    }

    /// Somebody on one of the servers follows an actor, and has its answer.
    pub async fn followed_by(&self, peer: usize, person: &str, actor: &str) {
        let peer = &self.peers[peer];
        let before = peer.taken().len();
        assert_eq!(peer.follow(person, &self.addresses().actor(actor)).await, 202);
        self.settle().await;
        let taken = peer.taken();
        assert_eq!(
            (taken.len(), &taken[before]["type"]),
            (before + 1, &serde_json::json!("Accept"))
        );
    }
}
