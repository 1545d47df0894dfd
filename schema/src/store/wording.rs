//! How posts are put together: templates of an authority, and what a person wrote for one account.

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, sea_query::OnConflict,
};
use serde_json::json;

use super::{Store, StoreError, StoreResult};
use crate::{
    entity::{post_template, variant},
    id::{AccountId, AuthorityId, ItemId},
    text::{count::units, template::Template},
    value::{Kind, Language, Network, Problem, ProblemCode, Scope, Viewer},
};

/// Which posts a template puts together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateOf {
    /// Whose.
    pub authority: AuthorityId,
    /// Of which kind of item.
    pub kind: Kind,
    /// On which network; none: on every network that has no template of its own.
    pub network: Option<Network>,
    /// In which language.
    pub language: Language,
}

impl TemplateOf {
    fn network(&self) -> &'static str {
        self.network.map_or("", Network::as_str)
    }
}

impl Store {
    /// Every template of an authority.
    pub async fn templates(&self, authority: AuthorityId) -> StoreResult<Vec<post_template::Model>> {
        let rows = post_template::Entity::find()
            .filter(post_template::Column::AuthorityId.eq(authority))
            .order_by_asc(post_template::Column::Kind)
            .order_by_asc(post_template::Column::Network)
            .order_by_asc(post_template::Column::Language);
        Ok(rows.all(&self.db).await?)
    }

    /// Sets a template, or, without a text, goes back to the usual one. The caller has seen that `by` may.
    pub async fn set_template(&self, of: TemplateOf, text: Option<String>, by: &Viewer) -> StoreResult<()> {
        if let Some(text) = &text {
            Template::read(text).map_err(|problem| StoreError::Problems(vec![problem]))?;
        }
        let detail = json!({ "kind": of.kind, "network": of.network, "language": of.language, "text": text });
        let authority = of.authority;
        let tx = self.write().await?;
        if let Some(text) = text {
            let row = post_template::Model {
                authority_id: authority,
                kind: of.kind,
                network: of.network().to_owned(),
                language: of.language,
                text,
            };
            let key = [
                post_template::Column::AuthorityId,
                post_template::Column::Kind,
                post_template::Column::Network,
                post_template::Column::Language,
            ];
            let replace = OnConflict::columns(key)
                .update_column(post_template::Column::Text)
                .to_owned();
            let insert = post_template::Entity::insert(row.into_active_model()).on_conflict(replace);
            insert.exec_without_returning(&tx).await?;
        } else {
            let key = (authority, of.kind, of.network().to_owned(), of.language);
            post_template::Entity::delete_by_id(key).exec(&tx).await?;
        }
        self.audit(&tx, by, "template.set", authority, Some(authority), detail)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What people wrote for single accounts, for these items.
    pub async fn variants_of(&self, items: &[ItemId]) -> StoreResult<Vec<variant::Model>> {
        let rows = variant::Entity::find()
            .filter(variant::Column::ItemId.is_in(items.iter().copied()))
            .order_by_asc(variant::Column::AccountId);
        Ok(rows.all(&self.db).await?)
    }

    /// Writes what one account is to say of an item, or, without a text, goes back to the template. It holds for what is
    /// sent from now on, and stays when the item changes.
    pub async fn set_variant(
        &self,
        scope: &Scope,
        item: ItemId,
        account: AccountId,
        text: Option<String>,
        by: &Viewer,
    ) -> StoreResult<()> {
        let stored = self.item(scope, item).await?.ok_or(StoreError::NotFound)?.row;
        let row = self.account(scope, account).await?.ok_or(StoreError::NotFound)?;
        if row.authority_id != stored.authority_id {
            return Err(StoreError::NotFound);
        }
        let limit = row.capabilities.as_ref().map(|can| can.text);
        if let Some(text) = &text
            && let Some(problem) = limit.and_then(|limit| too_long(units(text, &limit), limit.units))
        {
            return Err(StoreError::Problems(vec![problem]));
        }
        let detail = json!({ "account": account, "text": text });
        let tx = self.write().await?;
        if let Some(text) = text {
            let row = variant::Model {
                item_id: item,
                account_id: account,
                text,
                version: stored.version,
                author: by.name.clone(),
                written_at: self.clock.now(),
            };
            let changed = [
                variant::Column::Text,
                variant::Column::Version,
                variant::Column::Author,
                variant::Column::WrittenAt,
            ];
            let key = [variant::Column::ItemId, variant::Column::AccountId];
            let replace = OnConflict::columns(key).update_columns(changed).to_owned();
            let insert = variant::Entity::insert(row.into_active_model()).on_conflict(replace);
            insert.exec_without_returning(&tx).await?;
        } else {
            variant::Entity::delete_by_id((item, account)).exec(&tx).await?;
        }
        let home = Some(stored.authority_id);
        self.audit(&tx, by, "variant.set", item, home, detail).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn too_long(units: usize, most: u32) -> Option<Problem> {
    (units > most as usize).then(|| {
        Problem::new(
            ProblemCode::TooLong,
            "text",
            format!("Ce texte compte pour {units}\u{a0}; ce réseau en prend {most} au plus."),
            format!("This text counts for {units}; this network takes {most} at most."),
        )
    })
}
