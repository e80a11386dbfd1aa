use std::borrow::Borrow;

use undersign_protocol::petition::Language;

/// What a report says in every petition's case.
pub struct Words {
    /// The language of these words.
    pub tag: &'static str,
    pub report: &'static str,
    /// Behind one, and behind any other number.
    pub signatures: [&'static str; 2],
    pub date: &'static str,
    pub organiser: &'static str,
    pub open: &'static str,
    pub to: &'static str,
    pub closed: &'static str,
    pub not_closed: &'static str,
    pub addressees: &'static str,
    pub demands: &'static str,
    pub taken_down: &'static str,
    pub growth: &'static str,
    pub growth_note: &'static str,
    pub deliveries: &'static str,
    pub delivery: &'static str,
    pub answer: &'static str,
    pub correction: &'static str,
    pub by_operator: &'static str,
    pub earlier: &'static str,
    pub earlier_note: &'static str,
    pub overdue: &'static str,
    /// Before the day, and behind it.
    pub was_due: [&'static str; 2],
    pub means: &'static str,
    pub meaning: [&'static str; 3],
    pub means_not: &'static str,
    pub no_meaning: [&'static str; 4],
    pub numbers: &'static str,
    pub counted: &'static str,
    pub withdrawn: &'static str,
    pub total: &'static str,
    pub issued: &'static str,
    pub head: &'static str,
    pub petition_id: &'static str,
    pub tree_size: &'static str,
    pub root: &'static str,
    pub witnesses: &'static str,
    pub no_witnesses: &'static str,
    pub recount: &'static str,
    pub recount_page: &'static str,
    pub recount_command: &'static str,
    pub recount_copy: &'static str,
    pub recount_note: &'static str,
    /// Said where these words were not read by somebody who speaks the language.
    pub unreviewed: &'static [&'static str],
    /// In which direction it is written, as HTML's `dir` names it.
    pub dir: &'static str,
    /// 0, and the nine digits behind it.
    pub zero: char,
    /// Between thousands.
    pub mark: char,
}

const ENGLISH: Words = Words {
    tag: "en",
    report: "Report on a petition",
    signatures: ["signature counts for this petition", "signatures count for this petition"],
    date: "Counted on",
    organiser: "Organiser",
    open: "Open",
    to: "to",
    closed: "closed; by the issuer's signed word, what was kept for the count is destroyed",
    not_closed: "not closed yet; the number may still change",
    addressees: "To whom it is addressed",
    demands: "What is demanded",
    taken_down: "The text was taken down and is not shown. The log and the number stay.",
    growth: "How it grew",
    growth_note: "The total after each publication batch, in the order of the public log. The log keeps no times, so that nobody can be \
                  found by the hour of a signature: the distance between two batches says nothing of the days between them.",
    deliveries: "Deliveries and answers",
    delivery: "Delivery",
    answer: "Answer",
    correction: "Replaced by another petition",
    by_operator: "from the operator of the site",
    earlier: "Collected before, elsewhere; cannot be verified",
    earlier_note: "This is the organiser's word. It is not part of any other number of this report.",
    overdue: "No answer",
    was_due: ["the answer was due on ", "; none is published"],
    means: "What the number means",
    meaning: [
        "Each signature is a token that the issuer signed for this petition alone, after a letter to a mailbox was answered.",
        "No token is counted twice. Whoever took a signature back is subtracted.",
        "Anyone can recount the number from the public log, without asking the organiser or the operator.",
    ],
    means_not: "What it does not mean",
    no_meaning: [
        "It does not say who signed. There is no list of names: neither the organiser nor the operator can make one from the count.",
        "It counts confirmed mailboxes, not passports: one person may have several mailboxes.",
        "How many tokens were issued is the issuer's own signed word. No log can show that no mailbox was invented.",
        "It does not say where the people live, or how old they are.",
    ],
    numbers: "The numbers",
    counted: "Signatures in the log, each valid, none twice",
    withdrawn: "Withdrawn, each a signature of this log, none twice",
    total: "Total",
    issued: "Tokens issued, by the issuer's signed word",
    head: "The head of the log that was counted",
    petition_id: "Petition id",
    tree_size: "Entries",
    root: "Root",
    witnesses: "Cosigned by witnesses",
    no_witnesses: "no witness policy was given: this report does not confirm that others are shown the same log",
    recount: "How to recount",
    recount_page: "In a browser: open this page, or photograph the code. It counts again on your device.",
    recount_command: "With a program of your own choice: the format is published; this is one such program.",
    recount_copy: "Without the site: with the copy of the log that lies beside this report.",
    recount_note: "A later count may be larger, or smaller by what was taken back. The log as it was at this report is still in it: \
                   compare the root at this number of entries.",
    unreviewed: &[],
    dir: "ltr",
    zero: '0',
    mark: ',',
};

const RUSSIAN: Words = Words {
    tag: "ru",
    report: "Отчёт о петиции",
    signatures: ["— столько подписей засчитано за эту петицию"; 2],
    date: "Подсчитано",
    organiser: "Организатор",
    open: "Открыта",
    to: "до",
    closed: "закрыта; по подписанному слову издателя токенов, всё, что хранилось для подсчёта, уничтожено",
    not_closed: "ещё не закрыта; число может измениться",
    addressees: "Кому она адресована",
    demands: "Требования",
    taken_down: "Текст снят и не показывается. Журнал и число остаются.",
    growth: "Как росло число",
    growth_note: "Итог после каждой публикации, в порядке открытого журнала. В журнале нет времени, чтобы никого нельзя было найти по \
                  часу подписи: расстояние между публикациями ничего не говорит о днях между ними.",
    deliveries: "Передача и ответы",
    delivery: "Передача",
    answer: "Ответ",
    correction: "Заменена другой петицией",
    by_operator: "от оператора сайта",
    earlier: "Собрано раньше и не здесь; проверить нельзя",
    earlier_note: "Это слово организатора. Ни в какое другое число отчёта оно не входит.",
    overdue: "Ответа нет",
    was_due: ["ответ должен был прийти до ", " включительно; ничего не опубликовано"],
    means: "Что означает число",
    meaning: [
        "Каждая подпись — токен, который издатель подписал только для этой петиции после ответа на письмо в почтовый ящик.",
        "Ни один токен не засчитан дважды. Отозванные подписи вычтены.",
        "Любой человек может пересчитать число по открытому журналу, не спрашивая ни организатора, ни оператора.",
    ],
    means_not: "Чего оно не означает",
    no_meaning: [
        "Оно не говорит, кто подписал. Списка имён нет: ни организатор, ни оператор не могут составить его из подсчёта.",
        "Сосчитаны подтверждённые почтовые ящики, а не паспорта: у одного человека может быть несколько ящиков.",
        "Сколько выдано токенов — подписанное слово самого издателя. Ни один журнал не покажет, что ящики не выдуманы.",
        "Оно не говорит, где живут эти люди и сколько им лет.",
    ],
    numbers: "Числа",
    counted: "Подписей в журнале, все действительны, ни одной дважды",
    withdrawn: "Отозвано, каждая из этого журнала, ни одной дважды",
    total: "Итого",
    issued: "Выдано токенов, по подписанному слову издателя",
    head: "Состояние журнала, по которому сосчитано",
    petition_id: "Идентификатор петиции",
    tree_size: "Записей",
    root: "Корень",
    witnesses: "Подписали свидетели",
    no_witnesses: "правила для свидетелей не заданы: этот отчёт не подтверждает, что другим показывают тот же журнал",
    recount: "Как пересчитать",
    recount_page: "В браузере: откройте эту страницу или сфотографируйте код. Она пересчитает всё на вашем устройстве.",
    recount_command: "Программой по вашему выбору: формат опубликован; вот одна такая программа.",
    recount_copy: "Без сайта: по копии журнала, которая приложена к этому отчёту.",
    recount_note: "Позднейший подсчёт может дать больше, или меньше на число отозванных подписей. Журнал, каким он был при этом отчёте, \
                   остаётся его началом: сравните корень при этом числе записей.",
    unreviewed: &[],
    dir: "ltr",
    zero: '0',
    mark: '\u{a0}',
};

/// Not reviewed: these words were written by people who do not speak Persian natively. Who does is asked to correct them.
const PERSIAN: Words = Words {
    tag: "fa",
    report: "گزارش یک طومار",
    signatures: ["امضا برای این طومار شمرده شده است"; 2],
    date: "تاریخ شمارش",
    organiser: "برگزارکننده",
    open: "زمان امضا",
    to: "تا",
    closed: "بسته شد؛ به گفتهٔ امضاشدهٔ صادرکننده، آنچه برای شمارش نگه داشته می‌شد نابود شده است",
    not_closed: "هنوز بسته نشده است؛ این شمار ممکن است تغییر کند",
    addressees: "خطاب به",
    demands: "خواسته‌ها",
    taken_down: "متن برداشته شده است و نشان داده نمی‌شود. دفتر و شمار می‌ماند.",
    growth: "رشد شمار امضاها",
    growth_note: "شمار پس از هر نوبت انتشار، به ترتیب دفتر همگانی. دفتر زمان ندارد تا کسی از روی ساعت امضا پیدا نشود: \
                  فاصلهٔ دو نوبت چیزی دربارهٔ روزهای میان آنها نمی‌گوید.",
    deliveries: "تحویل‌ها و پاسخ‌ها",
    delivery: "تحویل",
    answer: "پاسخ",
    correction: "طومار دیگری جای آن را گرفت",
    by_operator: "از گردانندهٔ سایت",
    earlier: "پیش‌تر در جای دیگر گردآوری شده؛ قابل راستی‌آزمایی نیست",
    earlier_note: "این گفتهٔ برگزارکننده است. در هیچ شمار دیگر این گزارش نیامده است.",
    overdue: "بی‌پاسخ",
    was_due: ["پاسخ باید تا ", " می‌رسید؛ هیچ پاسخی منتشر نشده است"],
    means: "معنای این شمار",
    meaning: [
        "هر امضا ژتونی است که صادرکننده تنها برای این طومار امضا کرده است، پس از پاسخ به نامه‌ای در یک صندوق ایمیل.",
        "هیچ ژتونی دو بار شمرده نشده است. امضاهای پس‌گرفته کم شده‌اند.",
        "هرکس می‌تواند شمار را از دفتر همگانی از نو بشمارد، بی آنکه از برگزارکننده یا گرداننده بپرسد.",
    ],
    means_not: "آنچه این شمار نمی‌گوید",
    no_meaning: [
        "نمی‌گوید چه کسی امضا کرده است. فهرست نام‌ها وجود ندارد: نه برگزارکننده و نه گرداننده نمی‌تواند آن را بسازد.",
        "صندوق‌های تأییدشدهٔ ایمیل را می‌شمارد، نه شناسنامه‌ها را: یک نفر ممکن است چند صندوق داشته باشد.",
        "شمار ژتون‌های صادرشده گفتهٔ امضاشدهٔ خود صادرکننده است. هیچ دفتری نشان نمی‌دهد که صندوقی ساختگی نبوده است.",
        "نمی‌گوید این افراد کجا زندگی می‌کنند یا چند ساله‌اند.",
    ],
    numbers: "شمارها",
    counted: "امضاهای دفتر، همه معتبر، هیچ‌کدام دو بار",
    withdrawn: "پس‌گرفته، هر یک از همین دفتر، هیچ‌کدام دو بار",
    total: "شمار نهایی",
    issued: "ژتون‌های صادرشده، به گفتهٔ امضاشدهٔ صادرکننده",
    head: "حالت دفتری که شمرده شد",
    petition_id: "شناسهٔ طومار",
    tree_size: "شمار ثبت‌ها",
    root: "ریشه",
    witnesses: "امضای شاهدان",
    no_witnesses: "سیاستی برای شاهدان داده نشده است: این گزارش تأیید نمی‌کند که به دیگران همین دفتر نشان داده می‌شود",
    recount: "چگونه از نو بشماریم",
    recount_page: "در مرورگر: این صفحه را باز کنید یا از کد عکس بگیرید. شمارش روی دستگاه شما انجام می‌شود.",
    recount_command: "با برنامه‌ای که خودتان برمی‌گزینید: قالب منتشر شده است؛ این یکی از آن برنامه‌هاست.",
    recount_copy: "بدون سایت: با نسخه‌ای از دفتر که کنار این گزارش است.",
    recount_note: "شمارش بعدی ممکن است بیشتر باشد، یا به اندازهٔ امضاهای پس‌گرفته کمتر. دفتر، چنان که در این گزارش بود، \
                   همچنان آغاز آن است: ریشه را در همین شمار ثبت‌ها مقایسه کنید.",
    unreviewed: &[
        "نوشته‌های فارسی این گزارش را هنوز هیچ فارسی‌زبانی بازبینی نکرده است.",
        // The last mark keeps the full stop at the sentence's end.
        "The Persian words of this report have not been reviewed by anybody who speaks the language.\u{200e}",
    ],
    dir: "rtl",
    zero: '۰',
    mark: '٬',
};

impl Words {
    /// In a language, or else in English.
    pub fn of(language: &Language) -> &'static Self {
        match language.as_str() {
            "ru" => &RUSSIAN,
            "fa" => &PERSIAN,
            _ => &ENGLISH,
        }
    }

    /// A number as people read it: its digits, without marks.
    pub fn digits(&self, text: &str) -> String {
        let digit = |letter: char| match letter.to_digit(10) {
            Some(digit) => char::from_u32(u32::from(self.zero) + digit).unwrap_or(letter),
            None => letter,
        };
        text.chars().map(digit).collect()
    }

    /// A day among words. Behind Arabic letters its parts would change places without a mark that says where it is read from.
    pub fn day(&self, day: &str) -> String {
        let mark = if self.dir == "rtl" { "\u{200e}" } else { "" };
        format!("{mark}{day}")
    }

    /// What stands behind the number of signatures.
    pub fn signatures(&self, total: u64) -> &'static str {
        let [one, other] = self.signatures;
        if total == 1 { one } else { other }
    }

    /// A count.
    pub fn number(&self, number: impl Borrow<u64>) -> String {
        let digits = number.borrow().to_string();
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(self.mark);
            }
            text.push(digit);
        }
        self.digits(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn one_signature_counts_and_two_signatures_count() {
        let english = Words::of(&"en".parse().expect("en"));
        assert_eq!(english.signatures(1), "signature counts for this petition");
        assert_eq!([0, 2].map(|total| english.signatures(total)), ["signatures count for this petition"; 2]);
    }
}
