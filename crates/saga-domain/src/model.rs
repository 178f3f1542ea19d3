//! What a server reports of its model. Strategies are chosen from these facts, never from a name.

use crate::fim_family::Fim;
use crate::template_family::TemplateFamily;

/// What the engine must know of a model before it can write a prompt for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFacts {
    /// The model's name on the server.
    pub name: String,
    /// Its chat template's family.
    pub template: TemplateFamily,
    /// How a hole between two texts is given to it.
    pub fim: Fim,
    /// Tokens that prompt and answer may have together, as the server really allocates them.
    pub context_tokens: u32,
}
