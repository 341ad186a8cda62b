//! The settings of the enum.

use crate::attr;
use crate::case::Case;
use crate::errors::Errors;
use crate::key::{self, Place};
use crate::name::unraw;
use crate::value;
use syn::{Attribute, LitStr};

#[derive(Default)]
pub(super) struct Container {
    pub(super) schema: Option<LitStr>,
    /// `type = "…"`
    pub(super) name: Option<LitStr>,
    pub(super) rename_all: Option<Case>,
    pub(super) library: Option<LitStr>,
}

impl Container {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut seen = Vec::new();
        for item in attr::items(attributes, errors) {
            let key = unraw(&item.key);
            let text = |errors: &mut Errors| value::text(&item, Place::EnumType, errors);
            match key.as_str() {
                known if seen.iter().any(|before| before == known) => key::repeated(&item, errors),
                "schema" => read.schema = text(errors),
                "type" => read.name = text(errors),
                "rename_all" => {
                    read.rename_all = text(errors).and_then(|name| Case::read(&name, errors));
                }
                "crate" => read.library = text(errors),
                _ => {
                    key::unknown(&item, Place::EnumType, errors);
                    continue;
                }
            }
            seen.push(key);
        }
        read
    }
}
