# Not reviewed: these words were written by people who do not speak Persian natively. Who does is asked to correct them.
# ایمیل. نام هیچ طومار یا برگزارکننده‌ای در آن نیست.

mail-subject = { $code } کد شماست
mail-hello = سلام،
mail-you-asked = شما این کد را در صفحه‌ای خواستید که نشانی خود را در آن نوشتید:
mail-type-or-open =
    آن را در همان صفحه بنویسید. یا این پیوند را در هر مرورگری باز کنید
    و عدد دورقمی صفحهٔ شروع را بنویسید:
mail-how-long = کد و پیوند ۲۴ ساعت اعتبار دارند. آن‌ها را به هیچ‌کس ندهید.
mail-not-you =
    اگر شما آن را نخواسته‌اید، کاری نکنید: بدون آن عدد دورقمی
    هیچ‌کس نمی‌تواند ادامه دهد. این ایمیل را دستگاه فرستاده است؛ پاسخ‌ها خوانده نمی‌شوند.
