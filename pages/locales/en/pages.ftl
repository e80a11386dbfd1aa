# What people read on the list and on a petition's page.

date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

all-petitions = All petitions
languages = Language
footer-what = Each signature here is counted once, and anyone can recount. None can be joined to the e-mail address behind it.
about-link = About this site
about-imprint = Imprint
about-contact = Contact
unreviewed = The Persian words of this page were not yet checked by anybody who speaks Persian natively. Where they differ, the English ones hold.

list-title = Petitions
list-lead = You can read everything here, and sign without leaving a name.
list-empty = There are no petitions here yet.
list-archive = Archive
list-archive-lead = These petitions ended long ago. Their texts and counts stay.
signatures = { $number ->
    [one] signature
   *[other] signatures
}
count-of-goal = { $count } of { $goal } { $number ->
    [one] signature
   *[other] signatures
}
count-signatures = { $count } { $number ->
    [one] signature
   *[other] signatures
}
of-goal = of { $goal }
progress-label = Signatures on the way to the next goal
earlier-total = Collected before, elsewhere: { $count } { $number ->
    [one] signature
   *[other] signatures
}.
earlier-unverified = As of { $date }, by the organiser's word. This cannot be verified, so it is not in the count.

state-announced = Opens on { $date }
state-open = Open until { $date }
state-closed = Closed since { $date }
state-delivered = Closed since { $date }, handed over
not-open-yet = This petition opens on { $date }. You can read it already.
not-open-closing = This petition takes no new signatures. What was begun before can be finished in this browser until { $date }.
not-open-closed = This petition is closed since { $date }. Its text, its log and its total stay here.

notices = News
notice-update = Update
notice-close = Closes earlier, on { $date }
notice-take-down = Text taken down
notice-correction = Replaced by another petition
notice-delivery = Handed over, with { $size } entries in the log
notice-answer = Answer of an addressee
notice-earlier-total = Collected before, elsewhere, and not counted here: { $count } { $number ->
    [one] signature
   *[other] signatures
}
answer-overdue = The answer was due on { $date }; none is published.
notice-by-organiser = from the organiser
notice-by-recovery = from the organiser, with the recovery key
notice-by-operator = from the operator of this site
notice-replaced-by = The petition that replaces this one
replaces = The petition that this one replaces
taken-down-title = The text of this petition was taken down
taken-down-text = Nobody can sign it any more. Its log, its total and the reason stay here.

not-found-title = There is no such petition
not-found-text = Perhaps the link was cut off. Petitions are never removed from here without a word.

demands = What we ask for
addressees = Who is asked, and what they can do
questions = Questions and answers
help = If you are under pressure
organiser = Who asks
organiser-lead = All petitions of one organiser on this site: those that one key has signed.
organiser-key = Key:
beside = Other open petitions
feed-link = News of this petition as a feed (Atom)
verify-title = Check it yourself
verify-text = The number on this page is a count of the entries of a public log. Anyone can download and recount it. The petition's text can never be changed: its id is computed from it. A link that ends in this id leads to this text alone.
verify-id = Id:
verify-log = The log's newest signed head
