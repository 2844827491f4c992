"""The part of the editor's form that says what an article offers; the text stays its only place."""

from __future__ import annotations

from wtforms import Form

from storefront.plugin_api import HiddenField, SelectField, SelectMultipleField, TextField, within
from storefront.plugin_api import lazy_gettext as _

from .call_to_action import CallToAction
from .syntax import CODE, STYLES

PLACES = ("lead", "text", "end")
CHARACTERS = 160


class CtaPart(Form):
    """The call to action of one language's text. was: as it stood there when the form was shown."""

    sells = SelectMultipleField(_("What it offers"), validate_choice=False)
    placement = SelectField(_("Where it stands"), validate_choice=False)
    substitute = SelectField(_("When that is sold out"), validate_choice=False)
    style = SelectField(_("How it looks"), validate_choice=False)
    wording = TextField(_("Wording"), [within(CHARACTERS)])
    reason = TextField(_("Why this is offered here"), [within(CHARACTERS)])
    was = HiddenField()

    @property
    def asked(self) -> CallToAction:
        """What the fields say; what no page of ours sends is left out."""
        targets = [word for word in self.sells.data or [] if CODE.fullmatch(word.removeprefix("collection:"))]
        substitute = self.substitute.data or ""
        return CallToAction(
            targets=tuple(dict.fromkeys(targets)),
            substitute=substitute if CODE.fullmatch(substitute) else "",
            style=self.style.data if self.style.data in STYLES else "",
            wording=self.wording.data or "",
            reason=self.reason.data or "",
            placement=self.placement.data if self.placement.data in PLACES else "end",
        )

    def show(self, cta: CallToAction) -> None:
        """Fill the fields."""
        self.sells.data, self.substitute.data = list(cta.targets), cta.substitute
        self.placement.data, self.style.data = cta.placement, cta.style
        self.wording.data, self.reason.data = cta.wording, cta.reason
        self.was.data = stands(cta)


def stands(cta: CallToAction) -> str:
    """A call to action and its place as one word, to see whether it was changed."""
    return f"{cta.placement} {cta.line}" if cta.targets else ""
