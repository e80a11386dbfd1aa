//! The Markdown files of one language. Only their outer form is read here: title, first paragraph, list items, questions. The rest is
//! Markdown, frozen as it stands and rendered safely by whoever shows it.

use undersign_protocol::petition::{NoticeText, Question};

use super::lost::{Place, lost};
use super::problem::Problems;
use super::text_rules::{is_forbidden_in_prose, one_line, placeholder, placeholder_sentence};

/// A Markdown file without the writer's comments: its lines with their numbers.
pub(super) struct Source {
    file: String,
    lines: Vec<(usize, String)>,
}

/// `petition.md`.
pub(super) struct PetitionText {
    pub title: String,
    pub summary: String,
    pub body: String,
}

impl Source {
    /// Takes out `<!-- … -->`: they are notes to oneself, and nothing of them may be frozen and published.
    pub fn read(file: String, text: &str, problems: &mut Problems) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let mut lines = Vec::new();
        let mut comment = None;
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let was_inside = comment.is_some();
            let kept = without_comments(line, number, &mut comment);
            // A line that held nothing but a comment must not end a paragraph.
            if !(kept.trim().is_empty() && (was_inside || kept.len() < line.len())) {
                lines.push((number, kept));
            }
        }
        if let Some(number) = comment {
            problems.refuse(&file, Some(number), "a comment begins here (<!--) and never ends; add -->");
        }
        let source = Self { file, lines };
        source.check_letters(problems);
        source
    }

    /// `# Title`, the first paragraph as summary, the rest as body.
    pub fn petition(&self, problems: &mut Problems) -> Option<PetitionText> {
        let mut rest = self.lines.iter().skip_while(|(_, line)| line.trim().is_empty());
        let heading = rest.next();
        let Some((title_line, title)) =
            heading.and_then(|(number, line)| Some((*number, line.strip_prefix("# ")?.trim())))
        else {
            let line = heading.map(|(number, _)| *number);
            problems.refuse(&self.file, line, "the first line must be the title: # and a space before it");
            return None;
        };
        let rest: Vec<_> = rest.skip_while(|(_, line)| line.trim().is_empty()).collect();
        let end = rest.iter().position(|(_, line)| line.trim().is_empty()).unwrap_or(rest.len());
        let (paragraph, body) = rest.split_at(end);
        let summary_line = paragraph.first().map(|(number, _)| *number);
        let summary = joined(paragraph.iter().map(|(_, line)| line.as_str()));
        if paragraph.first().is_none_or(|(_, line)| is_heading(line)) {
            problems.refuse(
                &self.file,
                summary_line,
                "after the title comes a paragraph that says in short what it is about",
            );
            return None;
        }
        let body = prose(body.iter().map(|(_, line)| line.as_str()));
        let title_fits = self.check_line(Some(title_line), "the title", title, 200, problems);
        let summary_fits = self.check_line(summary_line, "the first paragraph", &summary, 1_000, problems);
        if body.is_empty() {
            problems.refuse(&self.file, None, "after the first paragraph comes the text; there is none");
        }
        (title_fits && summary_fits && !body.is_empty()).then(|| PetitionText {
            title: title.to_owned(),
            summary,
            body,
        })
    }

    /// `# Title`, the rest as body: a notice.
    pub fn notice(&self, problems: &mut Problems) -> Option<NoticeText> {
        let mut rest = self.lines.iter().skip_while(|(_, line)| line.trim().is_empty());
        let heading = rest.next();
        let Some((number, title)) = heading.and_then(|(number, line)| Some((*number, line.strip_prefix("# ")?.trim())))
        else {
            let line = heading.map(|(number, _)| *number);
            problems.refuse(&self.file, line, "the first line must be the title: # and a space before it");
            return None;
        };
        let body = prose(rest.map(|(_, line)| line.as_str()));
        let title_fits = self.check_line(Some(number), "the title", title, 200, problems);
        if body.is_empty() {
            problems.refuse(&self.file, None, "after the title comes the text; there is none");
        }
        (title_fits && !body.is_empty()).then(|| NoticeText { title: title.to_owned(), body })
    }

    /// One list item for each demand.
    pub fn demands(&self, problems: &mut Problems) -> Option<Vec<String>> {
        let mut items: Vec<(usize, Vec<&str>)> = Vec::new();
        let mut kind = None;
        let mut after_blank = true;
        let mut fits = true;
        for (number, line) in &self.lines {
            let is_nested = is_heading(line) || matches!(item(line.trim_start()), Some((Mark::Bullet, _)));
            // In a list of bullets a line may well begin with a year and a full stop: that is no new item.
            let begins = item(line).filter(|(mark, _)| *kind.get_or_insert(*mark) == *mark);
            match (begins, items.last_mut()) {
                _ if line.trim().is_empty() => after_blank = true,
                (Some((_, text)), _) => {
                    items.push((*number, vec![text]));
                    after_blank = false;
                }
                (None, Some((_, lines))) if !after_blank && !is_nested => lines.push(line),
                (None, _) => {
                    let sentence =
                        "every demand is one list item of one paragraph, beginning with - at the start of the line";
                    problems.refuse(&self.file, Some(*number), sentence);
                    fits = false;
                }
            }
        }
        if items.is_empty() && fits {
            problems.refuse(&self.file, None, "there is no demand; write each as a list item, beginning with -");
            return None;
        }
        let demands = items.into_iter().map(|(number, lines)| (number, joined(lines.into_iter())));
        let demands: Vec<(usize, String)> = demands.collect();
        for (number, demand) in &demands {
            fits &= self.check_line(Some(*number), "a demand", demand, 1_000, problems);
        }
        fits.then(|| demands.into_iter().map(|(_, demand)| demand).collect())
    }

    /// `## question`, each with its answer below.
    pub fn faq(&self, problems: &mut Problems) -> Option<Vec<Question>> {
        let mut sections: Vec<(usize, &str, Vec<&str>)> = Vec::new();
        let mut in_code = false;
        let mut fits = true;
        for (number, line) in &self.lines {
            in_code ^= is_fence(line);
            match (line.strip_prefix("## ").filter(|_| !in_code), sections.last_mut()) {
                (Some(question), _) => sections.push((*number, question.trim(), Vec::new())),
                (None, Some((_, _, answer))) => answer.push(line),
                (None, None) if line.trim().is_empty() => {}
                (None, None) => {
                    problems.refuse(
                        &self.file,
                        Some(*number),
                        "this stands before the first question; a question begins with ##",
                    );
                    return None;
                }
            }
        }
        if sections.is_empty() {
            problems.refuse(
                &self.file,
                None,
                "there is no question; begin each with ##, or remove the file in all languages",
            );
            return None;
        }
        let mut faq = Vec::new();
        for (number, question, answer) in sections {
            fits &= self.check_line(Some(number), "a question", question, 300, problems);
            let answer = prose(answer.into_iter());
            if answer.is_empty() {
                problems.refuse(&self.file, Some(number), "this question has no answer");
                fits = false;
            }
            faq.push(Question { question: question.to_owned(), answer });
        }
        fits.then_some(faq)
    }

    /// The whole file.
    pub fn help(&self, problems: &mut Problems) -> Option<String> {
        let help = prose(self.lines.iter().map(|(_, line)| line.as_str()));
        if help.is_empty() {
            problems.refuse(
                &self.file,
                None,
                "this is empty; write whom to turn to, or remove the file in all languages",
            );
            return None;
        }
        Some(help)
    }

    /// Hints at what pages will not show as it was meant.
    pub fn hint_at_what_is_lost(&self, place: Place, problems: &mut Problems) {
        let mut in_code = false;
        for (number, line) in &self.lines {
            in_code ^= is_fence(line);
            if let Some(sentence) = lost(line, place).filter(|_| !in_code) {
                problems.hint(&self.file, Some(*number), sentence);
            }
        }
    }

    fn check_letters(&self, problems: &mut Problems) {
        for (number, line) in &self.lines {
            if line.contains(is_forbidden_in_prose) {
                problems.refuse(&self.file, Some(*number), "this line holds a control character; type the line again");
            }
            if let Some(left) = placeholder(line) {
                problems.refuse(&self.file, Some(*number), placeholder_sentence(left));
            }
        }
    }

    fn check_line(&self, line: Option<usize>, what: &str, text: &str, most: usize, problems: &mut Problems) -> bool {
        let checked = one_line(text, most);
        if let Err(sentence) = &checked {
            problems.refuse(&self.file, line, format!("{what}: {sentence}"));
        }
        checked.is_ok()
    }
}

/// What of a line stands outside comments; `comment` is the line on which the open one began.
fn without_comments(line: &str, number: usize, comment: &mut Option<usize>) -> String {
    let mut kept = String::new();
    let mut rest = line;
    loop {
        let mark = if comment.is_some() { "-->" } else { "<!--" };
        let Some(at) = rest.find(mark) else { break };
        if comment.is_none() {
            kept.push_str(&rest[..at]);
        }
        *comment = if comment.is_some() { None } else { Some(number) };
        rest = &rest[at + mark.len()..];
    }
    if comment.is_none() {
        kept.push_str(rest);
    }
    kept
}

/// How the items of a list begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// `- `, `* ` or `+ `.
    Bullet,
    /// `1. ` or `1) `, up to three digits.
    Number,
}

/// A list item that begins at the start of the line: how, and its text.
fn item(line: &str) -> Option<(Mark, &str)> {
    let after_digits = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let (mark, rest) = match line.len() - after_digits.len() {
        0 => (Mark::Bullet, line.strip_prefix(['-', '*', '+'])?),
        1..=3 => (Mark::Number, after_digits.strip_prefix(['.', ')'])?),
        _ => return None,
    };
    rest.starts_with([' ', '\t']).then(|| (mark, rest.trim()))
}

fn is_heading(line: &str) -> bool {
    let after = line.trim_start_matches('#');
    after.len() < line.len() && (after.is_empty() || after.starts_with(' '))
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

/// Lines of one paragraph as one line.
fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

/// Lines as Markdown, without empty lines around it. Spaces at the ends of lines stay: two of them are a line break.
fn prose<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<&str> = lines.skip_while(|line| line.trim().is_empty()).collect();
    lines.join("\n").trim_end().to_owned()
}
