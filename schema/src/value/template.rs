//! What templates of posts can name.

closed_set! {
    /// A fact of an item that a template names in braces.
    pub enum TemplateField {
        /// What happened, after the lines it is about; a correction says that it is one.
        Subject = "subject",
        /// The title alone.
        Title = "title",
        /// Tram B, bus 67.
        Lines = "lines",
        /// Everything to know at once, a line each: when, where, what it means.
        Facts = "facts",
        /// The next date of an event.
        When = "when",
        /// Where.
        Place = "place",
        /// What a disruption means, and why.
        Effect = "effect",
        /// From when to when a disruption lasts.
        Period = "period",
        /// The stops concerned.
        Stops = "stops",
        /// The summary, or else the text.
        Body = "body",
        /// The way to the item, where the account shows links.
        Link = "link",
        /// The hashtags of the account.
        Hashtags = "hashtags",
    }
}
