//! Who publishes.

closed_set! {
    /// The rung of an authority in the French local government ladder.
    pub enum AuthorityKind {
        /// A town or village.
        Commune = "commune",
        /// A group of communes with its own powers (transport, waste, water).
        Intercommunalite = "intercommunalite",
        /// A département.
        Departement = "departement",
        /// A région.
        Region = "region",
    }
}
