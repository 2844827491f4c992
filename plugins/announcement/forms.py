"""What staff fill in: a text per language (left empty: no bar in it), the first and the last day."""

from storefront.plugin_api import DayField, StaffForm, TextField, lazy_gettext, required, within


class NoticeForm(StaffForm):
    nl = TextField(lazy_gettext("Text"), [within(160)])
    en = TextField(lazy_gettext("Text"), [within(160)])
    first_day = DayField(lazy_gettext("First day"), [required()])
    last_day = DayField(lazy_gettext("Last day"), [required()])
