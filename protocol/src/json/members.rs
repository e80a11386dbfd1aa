use super::{FromJson, JsonError, Member, ToJson, Value};

/// Takes the members of an object by their names.
pub struct Members<'v> {
    members: &'v [Member<'v>],
    /// Which of the first 64 were taken, a bit each. No type has as many members.
    taken: u64,
}

impl<'v> Members<'v> {
    /// Begins to read an object.
    pub fn of(value: &'v Value<'v>) -> Result<Self, JsonError> {
        Ok(Self { members: value.object()?, taken: 0 })
    }

    /// Reads the member of this name. A name may not stand twice, and is not to be read twice.
    pub fn read<T: FromJson>(&mut self, name: &str) -> Result<T, JsonError> {
        match self.take(name)? {
            Some(member) => T::from_member(member).map_err(|error| error.within(name)),
            None => T::absent().ok_or_else(|| JsonError::about("missing field", name)),
        }
    }

    /// Whether there is a member of this name.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| &*member.name == name)
    }

    /// Ends the reading: a member that was not read is refused.
    pub fn finish(&self) -> Result<(), JsonError> {
        let index = self.taken.trailing_ones() as usize;
        match self.members.get(index) {
            Some(unknown) => Err(JsonError::about("unknown field", &unknown.name)),
            None => Ok(()),
        }
    }

    fn take(&mut self, name: &str) -> Result<Option<&'v Member<'v>>, JsonError> {
        let mut found = None;
        for (index, member) in self.members.iter().enumerate() {
            if &*member.name == name {
                if found.is_some() {
                    return Err(JsonError::about("duplicate field", name));
                }
                self.taken |= 1u64.checked_shl(index as u32).unwrap_or(0);
                found = Some(member);
            }
        }
        Ok(found)
    }
}

/// An object that is being written.
#[derive(Default)]
pub struct Object<'a>(Vec<Member<'a>>);

impl<'a> Object<'a> {
    /// Without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a member.
    pub fn member(&mut self, name: &'a str, value: &'a impl ToJson) {
        self.push(name, value.to_json());
    }

    /// Appends a member, unless its value is missing.
    pub fn optional(&mut self, name: &'a str, value: &'a Option<impl ToJson>) {
        if let Some(value) = value {
            self.push(name, value.to_json());
        }
    }

    /// Appends a member.
    pub fn push(&mut self, name: &'a str, value: Value<'a>) {
        self.0.push(Member { name: name.into(), value, text: "" });
    }

    /// The finished object.
    pub fn finish(self) -> Value<'a> {
        Value::Object(self.0)
    }
}
