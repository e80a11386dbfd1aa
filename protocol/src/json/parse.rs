use super::{JsonError, Member, Text, Value};

/// Most values within values that are read: what recurses must not exhaust the stack. What lies deeper can only be passed over.
const MAX_DEPTH: usize = 127;

/// Reads a whole text (RFC 8259). Not more: no lone surrogates, no characters that must be escaped, nothing around it but white space.
pub(super) fn parse(text: &[u8]) -> Result<Value<'_>, JsonError> {
    let text = std::str::from_utf8(text).map_err(|_| JsonError::new("not UTF-8"))?;
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.skip_white_space();
    if parser.at == text.len() { Ok(value) } else { Err(JsonError::new("characters after the end of the value")) }
}

struct Parser<'a> {
    text: &'a str,
    /// Index of the next byte.
    at: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        self.skip_white_space();
        match self.peek() {
            Some(b'{' | b'[') if depth == MAX_DEPTH => self.pass_over(),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Result<Value<'a>, JsonError> {
        match self.peek() {
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            _ => Err(JsonError::new("a value was expected")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        let mut members = Vec::new();
        self.at += 1;
        self.skip_white_space();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            let name = self.name()?;
            let start = self.at;
            let value = self.value(depth + 1)?;
            members.push(Member { name, value, text: &self.text[start..self.at] });
            self.skip_white_space();
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            self.expect(b',')?;
        }
    }

    /// A member's name, and what is around it up to the value.
    fn name(&mut self) -> Result<Text<'a>, JsonError> {
        self.skip_white_space();
        let name = self.string()?;
        self.skip_white_space();
        self.expect(b':')?;
        self.skip_white_space();
        Ok(name)
    }

    /// Reads an object or array of any depth and keeps nothing of it.
    fn pass_over(&mut self) -> Result<Value<'a>, JsonError> {
        // By what each of the values around this place ends.
        let mut ends = Vec::new();
        loop {
            self.skip_white_space();
            let end = match self.peek() {
                Some(b'{') => b'}',
                Some(b'[') => b']',
                _ => 0,
            };
            let mut is_whole = end == 0;
            if is_whole {
                self.scalar()?;
            } else {
                self.at += 1;
                ends.push(end);
                self.skip_white_space();
                is_whole = self.peek() == Some(end);
            }
            while is_whole {
                let Some(end) = ends.last().copied() else { return Ok(Value::TooDeep) };
                self.skip_white_space();
                is_whole = self.take(end);
                if is_whole {
                    ends.pop();
                } else {
                    self.expect(b',')?;
                }
            }
            match ends.last() {
                None => return Ok(Value::TooDeep),
                Some(b'}') => _ = self.name()?,
                Some(_) => {}
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_white_space();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_white_space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            self.expect(b',')?;
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, JsonError> {
        if !self.rest().starts_with(word) {
            return Err(JsonError::new("a value was expected"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value<'a>, JsonError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Value::Number(Text::from(&self.text[start..self.at])))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(JsonError::new("a digit was expected")) }
    }

    fn string(&mut self) -> Result<Text<'a>, JsonError> {
        self.expect(b'"')?;
        let start = self.at;
        self.skip_plain();
        if self.take(b'"') {
            return Ok(Text::from(&self.text[start..self.at - 1]));
        }
        // Room for all: what grows leaves copies behind.
        let mut text = String::with_capacity(self.end_of_string().saturating_sub(start));
        text.push_str(&self.text[start..self.at]);
        loop {
            if self.take(b'"') {
                return Ok(Text::from(text));
            }
            self.expect(b'\\').map_err(|_| JsonError::new("a string without end, or a control character in it"))?;
            text.push(self.escaped()?);
            let start = self.at;
            self.skip_plain();
            text.push_str(&self.text[start..self.at]);
        }
    }

    /// Up to a quote, a backslash, a control character or the end.
    fn skip_plain(&mut self) {
        while self.peek().is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            self.at += 1;
        }
    }

    /// No string from here is longer than up to there.
    fn end_of_string(&self) -> usize {
        let mut escaped = false;
        let end = self.rest().bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        end.map_or(self.at, |length| self.at + length)
    }

    fn escaped(&mut self) -> Result<char, JsonError> {
        let byte = self.peek().ok_or_else(|| JsonError::new("a string without end"))?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(JsonError::new("an unknown escape")),
        })
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let lone = || JsonError::new("a lone surrogate in a hex escape");
        let first = self.hex()?;
        let code = match first {
            0xd800..=0xdbff => {
                let is_pair = self.take(b'\\') && self.take(b'u');
                let second = if is_pair { self.hex()? } else { 0 };
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(lone());
                }
                0x1_0000 + ((first - 0xd800) << 10 | (second - 0xdc00))
            }
            _ => first,
        };
        char::from_u32(code).ok_or_else(lone)
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let wrong = || JsonError::new("not four digits in a hex escape");
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or_else(wrong)?;
        self.at += 4;
        let mut code = 0;
        for digit in digits {
            code = code << 4 | char::from(*digit).to_digit(16).ok_or_else(wrong)?;
        }
        Ok(code)
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(JsonError::about("missing", char::from(byte).encode_utf8(&mut [0; 4])))
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
}
