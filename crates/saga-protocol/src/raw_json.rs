//! JSON that is passed on as it was written: in a schema the order of the properties is the order
//! in which a model answers them, and a parsed value would have lost it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// JSON nobody here reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = Object))]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// A JSON text; `None` for what is not JSON.
    #[must_use]
    pub fn new(json: String) -> Option<Self> {
        RawValue::from_string(json).ok().map(Self)
    }

    /// The JSON as it was written.
    #[must_use]
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Whether it is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.get().starts_with('{')
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for RawJson {}
