"""Forms about zones, ways of delivery and VAT rates."""

from __future__ import annotations

from wtforms import FieldList, FormField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import Part, choices
from storefront.admin.forms.products import Checkboxes
from storefront.forms import DayField, FigureField, MoneyField, TextField, WholeField, required, within
from storefront.locale import country_name
from storefront.locale import lazy_gettext as _
from storefront.pricing.countries import COUNTRIES

MOST_STEPS = 20


def countries() -> list[SelectChoice]:
    """Every country that a parcel can go to, in the language of now and by name."""
    named = sorted(((code, country_name(code)) for code in COUNTRIES), key=lambda one: one[1])
    return choices(named)


class ZoneForm(NestedForm):
    """Countries with the same ways of delivery. shown_as: what was saved when the form was shown."""

    code = TextField(_("Code"), [within(40)])
    name_nl = TextField(_("Name"), [required(), within(120)])
    name_en = TextField(_("Name"), [required(), within(120)])
    countries = Checkboxes(_("Countries"), choices=countries)
    shown_as = HiddenField()


class StepPart(Part):
    """A price, and the parcels that it is for."""

    up_to_grams = WholeField(_("Up to a weight in grams of"), [within(8)], least=1)
    from_value = MoneyField(_("For an order from"), [within(20)])
    price = MoneyField(_("Price incl. VAT"), [required(), within(20)])


class MethodForm(NestedForm):
    """A way of delivery. do: which button was pressed; shown_as: what was saved when the form was shown."""

    code = TextField(_("Code"), [within(40)])
    steps = FieldList(FormField(StepPart), max_entries=MOST_STEPS)
    free_from = MoneyField(_("Free from an order of"), [within(20)])
    name_nl = TextField(_("Name"), [required(), within(120)])
    name_en = TextField(_("Name"), [required(), within(120)])
    details_nl = TextField(_("How and how fast"), [required(), within(160)])
    details_en = TextField(_("How and how fast"), [required(), within(160)])
    handling_days = WholeField(_("Days until it leaves, at most"), [within(2)], least=0)
    days_from = WholeField(_("Days under way, from"), [within(2)], least=0)
    days_to = WholeField(_("Days under way, to"), [within(2)], least=0)
    shown_as = HiddenField()
    do = HiddenField()


class RateForm(NestedForm):
    """A VAT rate that begins on a day."""

    country = SelectField(_("Country"), choices=countries, default="NL")
    vat_class = RadioField(
        _("VAT"),
        choices=choices([("reduced", _("Reduced rate")), ("standard", _("Standard rate"))]),
        default="reduced",
    )
    percent = FigureField(_("Percentage"), [required(), within(6)], least=0)
    valid_from = DayField(_("First day"), [required(), within(10)])
