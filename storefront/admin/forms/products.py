"""The product editor's form: texts side by side, variants, facts, pictures."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from storefront.admin.forms import NestedForm
from storefront.admin.forms.fields import Part, choices
from storefront.forms import (
    FigureField,
    LongTextField,
    MoneyField,
    StaffForm,
    TextField,
    WholeField,
    required,
    within,
)
from storefront.locale import lazy_gettext as _

UNITS = ("mg", "µg", "g")
MOST_ROWS = 40
CODE = Regexp(r"^[a-z0-9][a-z0-9-]*$", message=_("Use small letters, figures and hyphens."))


class QuestionPart(Part):
    """A question and its answer."""

    q = TextField(_("Question"), [within(200)])
    a = LongTextField(_("Answer"), [within(2000)])


class TextsPart(Part):
    """A product's texts in one language."""

    name = TextField(_("Name"), [required(), within(160)])
    short_name = TextField(_("Short name"), [required(), within(120)])
    slug = TextField(_("Web address"), [required(), within(120)])
    summary = LongTextField(_("Short text"), [within(2000)])
    meta_description = TextField(_("Description for search engines"), [within(200)])
    what_is_in_it = LongTextField(_("What is in it"), [within(10_000)])
    legal_name = TextField(_("Legal name"), [within(200)])
    directions = LongTextField(_("Directions"), [within(2000)])
    limit_note = LongTextField(_("Limit per day"), [within(1000)])
    ingredients = LongTextField(_("Ingredients"), [within(4000)])
    warnings = LongTextField(_("Warnings"), [within(4000)])
    storage = LongTextField(_("Storage"), [within(1000)])
    origin = TextField(_("Origin"), [within(200)])
    unit = TextField(_("Word for one portion's unit"), [required(), within(40)])
    questions = FieldList(FormField(QuestionPart), max_entries=MOST_ROWS)


class VariantPart(Part):
    """A size. known: its SKU as it is saved, empty for a new one. stock_was: the stock as it was shown."""

    known = HiddenField()
    label_nl = TextField(_("Size"), [required(), within(80)])
    label_en = TextField(_("Size"), [required(), within(80)])
    sku = TextField(_("Article number"), [required(), within(40)])
    gtin = TextField(_("Barcode (GTIN)"), [within(14)])
    net_grams = FigureField(_("Net weight in grams"), [required(), within(12)])
    shipping_grams = WholeField(_("Weight with its packing in grams"), [within(6)], least=1)
    pieces = WholeField(_("Pieces"), [within(6)], least=1)
    days = WholeField(_("Days that it lasts"), [required(), within(5)], least=1)
    price = MoneyField(_("Price incl. VAT"), [required(), within(20)])
    stock = WholeField(_("Stock"), [within(7)], least=0)
    stock_was = HiddenField()
    sealed = SelectField(
        _("Seal"),
        choices=choices([("", _("as the product")), ("yes", _("sealed")), ("no", _("not sealed"))]),
    )
    on_sale = BooleanField(_("On sale"))


class FactPart(Part):
    """A row of the facts panel, per daily portion."""

    name_nl = TextField(_("Ingredient"), [required(), within(120)])
    name_en = TextField(_("Ingredient"), [required(), within(120)])
    amount = FigureField(_("Amount"), [required(), within(12)])
    unit = SelectField(_("Unit"), choices=choices((unit, unit) for unit in UNITS))
    nrv = FigureField(_("Reference intake"), [within(12)])
    of_which = BooleanField(_("Part of the row above"))


class PicturePart(Part):
    """A picture. ticket: which one, signed by us. place: its order on the page."""

    ticket = HiddenField()
    alt_nl = TextField(_("Text alternative"), [required(), within(250)])
    alt_en = TextField(_("Text alternative"), [required(), within(250)])
    place = WholeField(_("Place"), [within(3)])
    remove = BooleanField(_("Remove"))


class Checkboxes(SelectMultipleField):
    """Several choices, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ProductForm(NestedForm):
    """The whole editor. do: which button was pressed; shown_at: when the product was last saved as shown.

    sure: staff read which other pages change, and want it all the same.
    """

    code = TextField(_("Code"), [required(), within(40), CODE])
    nl = FormField(TextsPart)
    en = FormField(TextsPart)
    ingredient = SelectField(_("Ingredient"))
    form = RadioField(
        _("Form"), choices=choices([("capsules", _("Capsules")), ("powder", _("Powder"))]), default="capsules"
    )
    daily_units = FigureField(_("Units in the daily portion"), [required(), within(12)])
    unit_price_base_grams = RadioField(
        _("Unit price"), choices=choices([("100", _("per 100 g")), ("1000", _("per kg"))]), default="100"
    )
    main_analyte = TextField(_("Substance of the purity badge"), [within(80)])
    position = WholeField(_("Place in lists"), [within(5)], least=0)
    vat_class = RadioField(
        _("VAT"),
        choices=choices([("reduced", _("Reduced rate")), ("standard", _("Standard rate"))]),
        default="reduced",
    )
    adults_only = BooleanField(_("For adults only"))
    sealed = BooleanField(_("Sealed: cannot be returned once opened"))
    collections = Checkboxes(_("Collections"))
    variants = FieldList(FormField(VariantPart), max_entries=MOST_ROWS)
    facts = FieldList(FormField(FactPart), max_entries=MOST_ROWS)
    pictures = FieldList(FormField(PicturePart), max_entries=MOST_ROWS)
    uploads = MultipleFileField(_("Add pictures"))
    shown_at = HiddenField()
    do = HiddenField()
    sure = HiddenField()


class DuplicateForm(StaffForm):
    """The code of the copy."""

    code = TextField(_("Code of the copy"), [required(), within(40), CODE])


class AbsorptionForm(StaffForm):
    """The published assessment of how well the body takes a product up."""

    citation = TextField(_("Citation"), [within(300)])
    doi = TextField(_("DOI of the assessment"), [within(120)])
    assessor = TextField(_("Assessed by"), [within(80)])
    year = WholeField(_("Year"), [within(4)], least=1900)


class StateForm(StaffForm):
    """Publish, withdraw or archive."""

    state = HiddenField()
    sure = HiddenField()
