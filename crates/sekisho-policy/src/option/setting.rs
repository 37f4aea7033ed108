//! What a rule says beside its kind: fields of which each has an enum of its own.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _, Value};

use super::unknown;
use crate::{FaultKind, Mode, StreamEnd};

/// How `sekisho/v1/access.proto` declares such a field and its enum.
pub(crate) struct Setting<T: 'static> {
    number: u32,
    name: &'static str,
    declared_enum: &'static str,
    /// Each value by its name, at the place of its number. The first is that of what is not set.
    values: &'static [(&'static str, T)],
}

pub(crate) const MODE: Setting<Mode> = Setting {
    number: 6,
    name: "mode",
    declared_enum: "sekisho.v1.Mode",
    values: &[
        ("MODE_UNSPECIFIED", Mode::Enforce),
        ("ENFORCE", Mode::Enforce),
        ("REPORT_ONLY", Mode::ReportOnly),
    ],
};

pub(crate) const STREAM_END: Setting<StreamEnd> = Setting {
    number: 7,
    name: "stream_end",
    declared_enum: "sekisho.v1.StreamEnd",
    values: &[
        ("STREAM_END_UNSPECIFIED", StreamEnd::AtExpiry),
        ("AT_EXPIRY", StreamEnd::AtExpiry),
        ("NEVER", StreamEnd::Never),
    ],
};

/// Whether the field is one of those here, and says nothing of who may call.
pub(super) fn is_setting(field: &FieldDescriptor) -> bool {
    MODE.is(field) || STREAM_END.is(field)
}

impl<T: Copy + Default + PartialEq> Setting<T> {
    /// What the value of this name says.
    pub(crate) fn value_of(&self, name: &str) -> Option<T> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, said)| *said)
    }

    /// The names that a person writes: those that say it, and not that nothing is said.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.values.iter().skip(1).map(|(name, _)| *name)
    }

    /// The name that a person writes for it. Each value has one.
    pub(crate) fn name_of(&self, said: T) -> &'static str {
        self.values.iter().rfind(|(_, value)| *value == said).map_or("", |(name, _)| name)
    }

    /// Looked at where it is not set, too: what its declaration makes of that need not be what ours does. Where it is at
    /// fault, the fault is added, and the default stands in for it.
    pub(super) fn read(&self, message: &DynamicMessage, faults: &mut Vec<FaultKind>) -> T {
        let Some(field) = message.descriptor().fields().find(|field| self.is(field)) else {
            return T::default();
        };
        let value = message.get_field(&field);
        match self.known(&field, &value) {
            Some(said) if message.has_field(&field) || said == T::default() => said,
            _ => {
                faults.push(self.unknown(&value));
                T::default()
            }
        }
    }

    /// By its number and its name, as every field.
    fn is(&self, field: &FieldDescriptor) -> bool {
        (field.number(), field.name()) == (self.number, self.name)
    }

    /// A value by its number and its name, as the fields are. The name has to be the only one of its number, and no other
    /// enum's.
    fn known(&self, field: &FieldDescriptor, value: &Value) -> Option<T> {
        let Kind::Enum(declared) = field.kind() else { return None };
        let number = value.as_enum_number()?;
        let (name, said) = self.values.get(usize::try_from(number).ok()?)?;
        let mut names = declared.values().filter(|value| value.number() == number);
        let is_ours = declared.full_name() == self.declared_enum
            && names.next().is_some_and(|value| value.name() == *name)
            && names.next().is_none();
        is_ours.then_some(*said)
    }

    fn unknown(&self, value: &Value) -> FaultKind {
        unknown(&match value.as_enum_number() {
            Some(number) => format!("{}: {number}", self.name),
            None => self.name.to_owned(),
        })
    }
}
