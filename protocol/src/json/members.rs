use super::{FromJson, JsonError, Member, ToJson, Value};

/// Where the value of a member goes: an `Option` that is empty before. For each type this is compiled once, and nothing else of reading
/// objects is.
pub trait Place {
    /// Reads it there.
    fn fill(&mut self, member: &Member<'_>) -> Result<(), JsonError>;

    /// Puts there what stands for a member that is missing.
    ///
    /// # Returns
    /// Whether anything does.
    fn fill_without(&mut self) -> bool;
}

impl<T: FromJson> Place for Option<T> {
    fn fill(&mut self, member: &Member<'_>) -> Result<(), JsonError> {
        *self = Some(T::from_member(member)?);
        Ok(())
    }

    fn fill_without(&mut self) -> bool {
        *self = T::absent();
        self.is_some()
    }
}

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
        let mut place = None;
        self.read_into(name, &mut place)?;
        // Unwrap safety: that is what `read_into` does.
        Ok(place.expect("a place that was read into is full"))
    }

    /// As [`read`](Self::read). The place is full afterwards.
    pub fn read_into(&mut self, name: &str, place: &mut dyn Place) -> Result<(), JsonError> {
        match self.take(name)? {
            Some(member) => place.fill(member).map_err(|error| error.within(name)),
            None if place.fill_without() => Ok(()),
            None => Err(JsonError::about("missing field", name)),
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
