"""Plain forms for evidence: a lot, a laboratory, a laboratory's report, a site certificate."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import BooleanField, FieldList, FormField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import Part, choices
from storefront.forms import DayField, FigureField, LongTextField, TextField, required, within
from storefront.locale import lazy_gettext as _

MOST_RESULTS = 60
OPERATORS = [
    ("=", "="),
    ("<", "<"),
    ("<=", "≤"),
    (">", ">"),
    (">=", "≥"),
    ("nd", _("not detected")),
    ("conforms", _("conforms")),
    ("absent", _("absent")),
]
LIMIT_OPERATORS = [("", _("no limit")), *OPERATORS]
UNITS = ["% area", "% m/m", "mg/kg", "µg/kg", "mg", "cfu/g"]
STATES = [("quarantine", _("In quarantine")), ("released", _("Released")), ("blocked", _("Blocked"))]
CATEGORIES = [
    ("identity", _("Identity")),
    ("assay", _("Content and purity")),
    ("impurity", _("Impurity")),
    ("metal", _("Heavy metal")),
    ("micro", _("Microbiology")),
    ("water", _("Water")),
]


def unit_choices(stored: Iterable[str] = ()) -> list[SelectChoice]:
    """None, the units that reports use, and those that are stored already."""
    units = dict.fromkeys([*UNITS, *(unit for unit in stored if unit)])
    return choices([("", _("none")), *((unit, unit) for unit in units)])


class LotForm(NestedForm):
    """A batch of a variant. shown_as: a fingerprint of what was saved when the form was shown."""

    shown_as = HiddenField()
    code = TextField(_("Batch number as printed"), [required(), within(40)])
    variant = SelectField(_("Product and size"))
    state = RadioField(
        _("State"),
        choices=choices(STATES),
        default="quarantine",
    )
    site = SelectField(_("Place of production"))
    supplier = TextField(_("Supplier of the raw material"), [within(120)])
    made_on = DayField(_("Made on"), [required(), within(10)])
    raw_received_on = DayField(_("Raw material received on"), [within(10)])
    received_on = DayField(_("Received on"), [within(10)])
    released_on = DayField(_("Released on"), [within(10)])
    released_by = TextField(_("Released by"), [within(80)])
    on_sale_since = DayField(_("On sale since"), [within(10)])
    sold_out_on = DayField(_("Sold out on"), [within(10)])
    best_before = DayField(_("Best before"), [required(), within(10)])


class LaboratoryForm(NestedForm):
    """A laboratory."""

    shown_as = HiddenField()
    code = TextField(_("Code"), [required(), within(40)])
    name = TextField(_("Name that shoppers read"), [required(), within(120)])
    legal_name = TextField(_("Legal name"), [within(120)])
    city_nl = TextField(_("City"), [required(), within(80)])
    city_en = TextField(_("City"), [required(), within(80)])
    country = TextField(_("Country, two letters"), [required(), within(2, 2)])
    company_group = TextField(_("Group of companies"), [required(), within(120)])
    standard = TextField(_("Standard"), [within(40)], default="ISO/IEC 17025")
    accreditation_body = TextField(_("Accredited by"), [within(40)])
    accreditation_number = TextField(_("Accreditation number"), [within(40)])
    accredited_from = DayField(_("Accredited from"), [within(10)])
    accredited_until = DayField(_("Accredited until"), [within(10)])


class ResultPart(Part):
    """One measured thing against its limit."""

    category = SelectField(_("Kind"), choices=choices(CATEGORIES), default="assay")
    code = TextField(_("Code"), [required(), within(40)])
    analyte_nl = TextField(_("What was measured"), [required(), within(120)])
    analyte_en = TextField(_("What was measured"), [required(), within(120)])
    substance = TextField(_("Substance"), [within(80)])
    method = TextField(_("Method"), [within(80)])
    method_note_nl = TextField(_("Note on the method"), [within(200)])
    method_note_en = TextField(_("Note on the method"), [within(200)])
    operator = SelectField(_("Result is"), choices=choices(OPERATORS), default="=")
    value = FigureField(_("Value"), [within(20)])
    unit = SelectField(_("Unit"), choices=unit_choices(), default="")
    limit_operator = SelectField(_("Limit is"), choices=choices(LIMIT_OPERATORS), default="")
    limit_value = FigureField(_("Limit"), [within(20)])
    limit_unit = SelectField(_("Unit of the limit"), choices=unit_choices(), default="")
    limit_source = TextField(_("Where the limit comes from"), [within(80)])
    in_scope = BooleanField(_("Inside the accredited scope"))
    passed = BooleanField(_("Passed"))


class ReportForm(NestedForm):
    """A laboratory's report on one lot, with its results."""

    shown_as = HiddenField()
    lot = SelectField(_("Batch"))
    laboratory = SelectField(_("Laboratory"))
    report_number = TextField(_("Report number"), [required(), within(60)])
    sample = RadioField(
        _("Sample"),
        choices=choices([("finished", _("Finished product")), ("raw", _("Raw material"))]),
        default="finished",
    )
    state = RadioField(
        _("State"),
        choices=choices([("draft", _("Draft")), ("valid", _("Valid")), ("withdrawn", _("Withdrawn"))]),
        default="valid",
    )
    sampled_on = DayField(_("Sampled on"), [within(10)])
    reported_on = DayField(_("Reported on"), [required(), within(10)])
    retest_on = DayField(_("Counts until"), [required(), within(10)])
    results = FieldList(FormField(ResultPart), max_entries=MOST_RESULTS)
    do = HiddenField()


class CertificateForm(NestedForm):
    """A certificate of the place of production."""

    shown_as = HiddenField()
    scheme = TextField(_("Standard, such as GMP or ISO 22000"), [required(), within(60)])
    title_nl = TextField(_("Title"), [required(), within(120)])
    title_en = TextField(_("Title"), [required(), within(120)])
    number = TextField(_("Certificate number"), [required(), within(60)])
    holder = TextField(_("Holder"), [required(), within(120)])
    site = TextField(_("Town"), [required(), within(80)])
    site_code = TextField(_("Code of the place of production"), [required(), within(80)])
    country = TextField(_("Country, two letters"), [required(), within(2, 2)])
    scope_nl = LongTextField(_("What it covers"), [within(1000)])
    scope_en = LongTextField(_("What it covers"), [within(1000)])
    body = TextField(_("Issued by"), [required(), within(120)])
    issued_on = DayField(_("Issued on"), [required(), within(10)])
    valid_from = DayField(_("Valid from"), [required(), within(10)])
    valid_until = DayField(_("Valid until"), [required(), within(10)])
