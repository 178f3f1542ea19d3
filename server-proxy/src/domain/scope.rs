//! What a key opens.

/// A part of the server that a key may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Single answers: completions, generated edits, embeddings, and feedback on them.
    Complete,
    /// Conversations, with and without memory.
    Chat,
    /// What concerns everybody: the operator's views.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Complete, Self::Chat, Self::Admin];

    /// The name used in the keys file and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Chat => "chat",
            Self::Admin => "admin",
        }
    }

    /// The scope with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    fn bit(self) -> u8 {
        match self {
            Self::Complete => 1,
            Self::Chat => 2,
            Self::Admin => 4,
        }
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// All there are: what this machine's own user has.
    pub const ALL: Self = Self(7);
    /// What a key opens when nothing is said: all that an editor needs.
    pub const EDITOR: Self = Self(3);

    /// Whether it holds the scope.
    #[must_use]
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Those it holds.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let both: Scopes = [Scope::Chat, Scope::Complete].into_iter().collect();
        assert_eq!(both, Scopes::EDITOR);
        assert_eq!(Scope::ALL.into_iter().collect::<Scopes>(), Scopes::ALL);
        let names: Vec<_> = Scopes::EDITOR.iter().map(Scope::name).collect();
        assert_eq!(names, ["complete", "chat"]);
        for scope in Scope::ALL {
            assert_eq!(Scope::from_name(scope.name()), Some(scope));
        }
        assert_eq!(Scope::from_name("root"), None);
    }
}
