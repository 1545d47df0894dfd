//! Who works here.

use crate::id::{AuthorityId, StaffId};

closed_set! {
    /// What a person or a token may do in one authority, least first: the order is compared.
    pub enum Role {
        /// Writes drafts.
        Contributor = "contributor",
        /// Publishes, amends, withdraws.
        Editor = "editor",
        /// Accounts, sources, zones, people.
        Admin = "admin",
        /// The whole instance, every authority.
        Operator = "operator",
    }
}

/// On whose behalf something is done. Made by authentication only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The person, or none for a program's token.
    pub staff: Option<StaffId>,
    /// How the audit log names them.
    pub name: String,
    /// Roles, by authority. An operator has one row without authority.
    pub roles: Vec<(Option<AuthorityId>, Role)>,
}

impl Viewer {
    /// The highest role in `authority`, counting a role over the whole instance.
    pub fn role_in(&self, authority: AuthorityId) -> Option<Role> {
        self.roles
            .iter()
            .filter(|(at, _)| at.is_none_or(|at| at == authority))
            .map(|(_, role)| *role)
            .max()
    }

    /// Whether the viewer has at least `role` in `authority`.
    pub fn may(&self, role: Role, authority: AuthorityId) -> bool {
        self.role_in(authority).is_some_and(|has| has >= role)
    }

    /// Whether the viewer has at least `role` anywhere.
    pub fn may_anywhere(&self, role: Role) -> bool {
        self.roles.iter().any(|(_, has)| *has >= role)
    }

    /// Where the viewer has at least `role`: what a verb of the store that needs this role may touch.
    pub fn scope(&self, role: Role) -> Scope {
        let places: Vec<_> = self
            .roles
            .iter()
            .filter(|(_, has)| *has >= role)
            .map(|(at, _)| *at)
            .collect();
        if places.contains(&None) {
            return Scope::Instance;
        }
        Scope::Authorities(places.into_iter().flatten().collect())
    }
}

/// Which rows a read or a write may touch. Every staff verb of the store takes one: a resolver that forgot to check
/// still cannot reach another authority's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole instance: operators, and the loops.
    Instance,
    /// These authorities only.
    Authorities(Vec<AuthorityId>),
}

impl Scope {
    /// Whether rows of `authority` lie inside.
    pub fn covers(&self, authority: AuthorityId) -> bool {
        match self {
            Self::Instance => true,
            Self::Authorities(list) => list.contains(&authority),
        }
    }
}
