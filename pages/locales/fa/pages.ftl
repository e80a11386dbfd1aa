# Not reviewed: these words were written by people who do not speak Persian natively. Who does is asked to correct them.
# آنچه مردم در فهرست و در صفحهٔ یک طومار می‌خوانند.

date = { $day } { $month ->
    [1] ژانویهٔ
    [2] فوریهٔ
    [3] مارس
    [4] آوریل
    [5] مهٔ
    [6] ژوئن
    [7] ژوئیهٔ
    [8] اوت
    [9] سپتامبر
    [10] اکتبر
    [11] نوامبر
   *[12] دسامبر
} { $year }

all-petitions = همهٔ طومارها
languages = زبان
footer-what = هر امضا در اینجا یک بار شمرده می‌شود و هرکس می‌تواند از نو بشمارد. هیچ امضایی را نمی‌توان به نشانی ایمیل پشت آن پیوند داد.
about-link = دربارهٔ این سایت
about-imprint = شناسنامهٔ سایت
about-contact = تماس
unreviewed = نوشته‌های فارسی این صفحه را هنوز هیچ فارسی‌زبانی بازبینی نکرده است. در صورت اختلاف، متن انگلیسی معتبر است.

list-title = طومارها
list-lead = همه‌چیز را می‌توانید اینجا بخوانید و بدون گفتن نام امضا کنید.
list-empty = هنوز طوماری در اینجا نیست.
list-archive = بایگانی
list-archive-lead = این طومارها مدت‌ها پیش پایان یافته‌اند. متن و شمارشان می‌ماند.
signatures = { $number ->
    [one] امضا
   *[other] امضا
}
count-of-goal = { $count } از { $goal } { $number ->
    [one] امضا
   *[other] امضا
}
count-signatures = { $count } { $number ->
    [one] امضا
   *[other] امضا
}
of-goal = از { $goal }
progress-label = امضاها در راه هدف بعدی
earlier-total = پیش‌تر در جای دیگر گردآوری شده: { $count } { $number ->
    [one] امضا
   *[other] امضا
}.
earlier-unverified = تا { $date }، به گفتهٔ برگزارکننده. این را نمی‌توان بررسی کرد و در شمار نیامده است.

state-announced = شروع: { $date }
state-open = باز تا { $date }
state-closed = بسته‌شده در { $date }
state-delivered = بسته‌شده در { $date }، تحویل داده شد
not-open-yet = این طومار در { $date } باز می‌شود. از هم‌اکنون می‌توانید آن را بخوانید.
not-open-closing = این طومار امضای تازه نمی‌گیرد. آنچه پیش‌تر شروع شده است تا { $date } در همین مرورگر تمام می‌شود.
not-open-closed = این طومار در { $date } بسته شد. متن، دفتر و شمار آن همین‌جا می‌ماند.

notices = خبرها
notice-update = خبر تازه
notice-close = زودتر بسته می‌شود: { $date }
notice-take-down = متن برداشته شد
notice-correction = طومار دیگری جای آن را گرفت
notice-delivery = تحویل داده شد، با { $size } ثبت در دفتر
notice-answer = پاسخ یکی از مخاطبان
notice-earlier-total = پیش‌تر در جای دیگر گردآوری شده و اینجا شمرده نمی‌شود: { $count } { $number ->
    [one] امضا
   *[other] امضا
}
answer-overdue = پاسخ باید تا { $date } می‌رسید؛ هیچ پاسخی منتشر نشده است.
notice-by-organiser = از برگزارکننده
notice-by-recovery = از برگزارکننده، با کلید پشتیبان
notice-by-operator = از گردانندهٔ این سایت
notice-replaced-by = طوماری که جای این را گرفته است
replaces = طوماری که این جای آن را گرفته است
taken-down-title = متن این طومار برداشته شده است
taken-down-text = دیگر کسی نمی‌تواند آن را امضا کند. دفتر، شمار و دلیل همین‌جا می‌ماند.

not-found-title = چنین طوماری نیست
not-found-text = شاید پیوند کامل نبوده است. هیچ طوماری بی‌توضیح از اینجا برداشته نمی‌شود.

demands = چه می‌خواهیم
addressees = از چه کسی می‌خواهیم و از او چه برمی‌آید
questions = پرسش و پاسخ
help = اگر زیر فشار هستید
organiser = چه کسی می‌خواهد
organiser-lead = همهٔ طومارهای یک برگزارکننده در این سایت: آن‌ها که با یک کلید امضا شده‌اند.
organiser-key = کلید:
beside = طومارهای باز دیگر
feed-link = خبرهای این طومار به صورت خوراک (Atom)
verify-title = خودتان بررسی کنید
verify-text = عدد این صفحه شمارش ثبت‌های یک دفتر عمومی است. هرکس می‌تواند آن را بگیرد و از نو بشمارد. متن طومار هرگز تغییر نمی‌کند: شناسهٔ آن از خود متن حساب شده است. پیوندی که به این شناسه ختم شود تنها به همین متن می‌رسد.
verify-id = شناسه:
verify-log = آخرین وضعیت امضاشدهٔ دفتر
