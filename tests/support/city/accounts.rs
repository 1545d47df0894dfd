//! Accounts on the networks in miniature.

use beffroi_sandbox::{Kind, Miniature, Post};
use beffroi_schema::{
    entity::{account, attempt, delivery},
    id::{AccountId, ItemId},
    store::{NewAccount, machine},
    value::{AccountRules, DeliveryState, Network, Scope},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use secrecy::SecretString;
use serde_json::json;

use super::City;

impl City {
    /// An account of the town on a network, with its rules, checked. Each call opens another one over there.
    pub async fn account(&self, network: Network, rules: AccountRules) -> account::Model {
        self.open_account(network, true, rules).await
    }

    /// A Bluesky account on a server where a post cannot be edited: corrections are replies.
    pub async fn account_without_edits(&self) -> account::Model {
        self.open_account(Network::Bluesky, false, AccountRules::default())
            .await
    }

    async fn open_account(&self, network: Network, edits: bool, rules: AccountRules) -> account::Model {
        let miniature = self.miniature(network);
        let here = self
            .store
            .accounts(&Scope::Instance, Some(self.authority))
            .await
            .unwrap();
        let handle = format!("valbourg{}", here.len());
        let remote = miniature.open_account(&handle, "Ville de Valbourg");
        let mut settings = miniature.settings(&remote);
        settings["network"] = json!(network);
        if !edits {
            settings["edits"] = json!(false);
        }
        let new = NewAccount {
            authority: self.authority,
            network,
            name: format!("{network} {handle}"),
            settings,
            secret: Some(SecretString::from(remote.secret)),
            rules,
        };
        let account = self.store.create_account(new, &machine("test")).await.unwrap();
        self.settle().await;
        self.account_now(account.id).await
    }

    /// An account on a network where a person posts by hand: there is no miniature of it.
    pub async fn account_by_hand(&self, network: Network, rules: AccountRules) -> account::Model {
        let new = NewAccount {
            authority: self.authority,
            network,
            name: format!("Valbourg {network}"),
            settings: json!({ "network": network, "page": format!("https://{network}.example/valbourg") }),
            secret: None,
            rules,
        };
        let account = self.store.create_account(new, &machine("test")).await.unwrap();
        self.settle().await;
        self.account_now(account.id).await
    }

    /// The account's row as it is now.
    pub async fn account_now(&self, id: AccountId) -> account::Model {
        self.store.account(&Scope::Instance, id).await.unwrap().unwrap()
    }

    /// The network in miniature.
    pub fn miniature(&self, network: Network) -> &Miniature {
        self.sandbox.network(Kind::named(network.as_str()).unwrap())
    }

    /// What readers of the account see now, oldest first.
    pub fn posts(&self, account: &account::Model) -> Vec<Post> {
        let miniature = self.miniature(account.network);
        let remote = self.remote_account(account);
        let posts = miniature.posts(&remote.id);
        posts.into_iter().filter(|post| !post.deleted()).collect()
    }

    /// The account as its network knows it.
    pub fn remote_account(&self, account: &account::Model) -> beffroi_sandbox::Account {
        let handle = account.name.split(' ').next_back().unwrap_or_default();
        let known = self.miniature(account.network).accounts();
        let ours = known
            .into_iter()
            .find(|known| known.handle.split('.').next() == Some(handle));
        ours.unwrap()
    }

    /// The deliveries of an item to an account, oldest first.
    pub async fn deliveries(&self, item: ItemId, account: &account::Model) -> Vec<delivery::Model> {
        let all = self.store.deliveries_of(&Scope::Instance, &[item]).await.unwrap();
        all.into_iter().filter(|row| row.account_id == account.id).collect()
    }

    /// How many deliveries may still change by themselves.
    pub async fn unsettled(&self) -> u64 {
        let open = [
            DeliveryState::Waiting,
            DeliveryState::Attempting,
            DeliveryState::Unknown,
        ];
        let rows = delivery::Entity::find().filter(delivery::Column::State.is_in(open));
        rows.count(self.database()).await.unwrap()
    }

    /// Every attempt at bringing an item to an account, oldest first.
    pub async fn attempts(&self, item: ItemId, account: &account::Model) -> Vec<attempt::Model> {
        let ids: Vec<_> = self.deliveries(item, account).await.iter().map(|row| row.id).collect();
        self.store.attempts_of(&ids).await.unwrap()
    }
}
