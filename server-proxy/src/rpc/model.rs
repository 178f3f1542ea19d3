//! Models as they are told over the hop.

use saga_domain::{FimFamily, TemplateFamily};

use crate::domain::models::ListedModel;
use crate::domain::ports::{Abilities, ServedModel};
use crate::rpc::{Misunderstood, v1};

/// Who may serve a model.
const SERVED_BY: [&str; 2] = ["ollama", "openai-compatible"];

/// A model for the other process.
pub(crate) fn served(model: ServedModel) -> v1::ServedModel {
    v1::ServedModel {
        name: model.name,
        served_by: model.served_by.to_owned(),
        template: model.template.name().to_owned(),
        fim: model.fim,
        writes: model.abilities.writes,
        tools: model.abilities.tools,
        embeds: model.abilities.embeds,
        fim_family: model.fim_family.map(|family| family.name().to_owned()),
        version: model.version,
        context_tokens: model.context_tokens,
    }
}

/// A model of the other process.
pub(crate) fn served_model(model: v1::ServedModel) -> Result<ServedModel, Misunderstood> {
    let served_by = SERVED_BY.into_iter().find(|name| *name == model.served_by);
    Ok(ServedModel {
        name: model.name,
        served_by: served_by.ok_or(Misunderstood("served_by"))?,
        template: TemplateFamily::from_name(&model.template),
        fim: model.fim,
        abilities: Abilities { writes: model.writes, tools: model.tools, embeds: model.embeds },
        fim_family: model.fim_family.as_deref().and_then(FimFamily::from_name),
        version: model.version,
        context_tokens: model.context_tokens,
    })
}

/// A name for the other process.
pub(crate) fn listed(listed: ListedModel) -> v1::ListedModel {
    v1::ListedModel {
        id: listed.id,
        model: Some(served(listed.model)),
        stands_for: listed.stands_for,
        is_default: listed.is_default,
    }
}

/// A name of the other process.
pub(crate) fn listed_model(listed: v1::ListedModel) -> Result<ListedModel, Misunderstood> {
    Ok(ListedModel {
        id: listed.id,
        model: served_model(listed.model.ok_or(Misunderstood("model"))?)?,
        stands_for: listed.stands_for,
        is_default: listed.is_default,
    })
}
