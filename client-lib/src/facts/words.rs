use undersign_protocol::petition::Language;

/// The words of the list of facts below a notice. They are signed with it, so they are never changed for notices that are there.
pub(super) struct FactsWords {
    pub handed_to: &'static str,
    pub handed_on: &'static str,
    pub answer_until: &'static str,
    pub answer_of: &'static str,
    pub answered_on: &'static str,
    pub number: &'static str,
    pub tree_size: &'static str,
    pub root: &'static str,
}

const ENGLISH: FactsWords = FactsWords {
    handed_to: "Handed over to",
    handed_on: "Date of the delivery",
    answer_until: "An answer is due by",
    answer_of: "Answer of",
    answered_on: "Date of the answer",
    number: "Signatures at that time",
    tree_size: "Entries of the log at that time",
    root: "Root of the log at that time",
};

const RUSSIAN: FactsWords = FactsWords {
    handed_to: "Кому передано",
    handed_on: "Дата передачи",
    answer_until: "Ответ должен прийти до",
    answer_of: "Ответ адресата",
    answered_on: "Дата ответа",
    number: "Подписей на тот момент",
    tree_size: "Записей в журнале на тот момент",
    root: "Корень журнала на тот момент",
};

impl FactsWords {
    /// In a language, or else in English.
    pub fn of(language: &Language) -> &'static Self {
        if language.as_str() == "ru" { &RUSSIAN } else { &ENGLISH }
    }

    /// The words for the addressees and for the day.
    pub fn who_and_when(&self, is_delivery: bool) -> (&'static str, &'static str) {
        if is_delivery { (self.handed_to, self.handed_on) } else { (self.answer_of, self.answered_on) }
    }

    /// How what was handed over begins, below the rest.
    pub fn numbers_begin(&self) -> String {
        format!("\n- {}: ", self.number)
    }
}
