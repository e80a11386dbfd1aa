# Not reviewed: these words were written by people who do not speak Persian natively. Who does is asked to correct them.
# گفتن به دیگران. کسی را هل نمی‌دهیم: هم‌رسانی یعنی نشان دادن نظر خود.

share-title = به دیگران بگویید
share-danger = هم‌رسانی نشان می‌دهد که شما از این طومار پشتیبانی می‌کنید. هرکس آن را ببیند می‌فهمد که از شما رسیده است. امضای شما بدون آن هم شمرده می‌شود.
share-ways = پیوند، کد برای دوربین، سطرهایی برای سایت خودتان
share-link = پیوند
share-link-label = پیوند این طومار
share-copied = رونوشت شد.
share-services = این‌ها سرویس دیگری را باز می‌کنند و آن سرویس می‌بیند چه می‌فرستید. در این صفحه چیزی از آن‌ها بار نمی‌شود.
share-mail = ایمیل
share-code = کد برای دوربین
share-code-what = همان پیوند به شکل کد، برای پوستر یا گوشی دیگر.
share-embed = برای سایت خودتان
share-embed-text = تنها یک پیوند. چیزی بار نمی‌کند:
share-embed-badge = تصویری با شمار امضاها. از همین سرور بار می‌شود و سرور نگه نمی‌دارد چه کسی آن را بار کرده است:
share-badge-alt = شمار امضاها به صورت تصویر
share-embed-number = شمار به صورت عدد، برای برنامه‌های خودتان:
