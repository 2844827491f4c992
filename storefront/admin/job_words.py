"""Jobs and their errors as people say them. What is not known here, such as a plugin's, keeps its name."""

from __future__ import annotations

from storefront.locale import gettext
from storefront.locale import lazy_gettext as _

JOBS = {
    "mail.order_received": _("Mail: the order is in, its payment not yet"),
    "mail.order_confirmation": _("Mail: the order is in"),
    "mail.order_sent": _("Mail: the order is on its way"),
    "mail.order_refunded": _("Mail: money given back"),
    "mail.withdrawal_receipt": _("Mail: the withdrawal is received"),
    "mail.withdrawal_closed": _("Mail: the withdrawal is closed"),
    "mail.payment_failed": _("Mail: the bank did not pay"),
    "mail.money_returned": _("Mail: money that came too late goes back"),
    "mail.stock_alert_asked": _("Mail: is it you who wants to hear when it is back"),
    "mail.back_in_stock": _("Mail: it is back in stock"),
    "payment.return": _("Give back money that came too late"),
    "payment.refunds": _("Ask the payment provider about refunds"),
    "hook.order_placed": _("Tell a plugin of a new order"),
    "hook.order_paid": _("Tell a plugin of a paid order"),
}
REFUSED = _("The mail server refused the mail.")
BROKEN_OFF = _("The other side closed the connection.")
# By the name of the exception, as the worker notes it before the colon.
CAUSES = {
    "ConnectionRefusedError": _("The server could not be reached. Does it run, and is its address right?"),
    "OSError": _("The server could not be reached. Does it run, and is its address right?"),
    "gaierror": _("The server could not be found. Is its name right?"),
    "TimeoutError": _("The server did not answer in time."),
    "ConnectionResetError": BROKEN_OFF,
    "BrokenPipeError": BROKEN_OFF,
    "SMTPServerDisconnected": BROKEN_OFF,
    "SMTPAuthenticationError": _("The mail server refused the shop's name and password."),
    "SMTPRecipientsRefused": _("The mail server refused the recipient's address."),
    "SMTPSenderRefused": _("The mail server refused the shop's own address."),
    "SMTPDataError": REFUSED,
    "SMTPResponseException": REFUSED,
    "SMTPConnectError": REFUSED,
    "SMTPHeloError": REFUSED,
    "SMTPNotSupportedError": _("The mail server lacks something that the shop needs, such as encryption."),
    "SSLError": _("No safe connection could be made with the server."),
    "SSLCertVerificationError": _("The server's certificate is not trusted."),
    "ProviderAway": _("The payment provider could not be reached."),
    "ProviderRefused": _("The payment provider refused."),
    "ProviderGone": _("The shop does not have this payment provider any more."),
    "OperationalError": _("The database was busy or could not be reached."),
    "NoResultFound": _("What it is about does not exist any more."),
    "WorkerEnded": _("The worker ended in the middle of it."),
}


def job_words(name: str) -> str:
    """What a job does."""
    return str(JOBS.get(name, name))


def cause(error: str) -> str:
    """Why a job failed, in plain words."""
    known = CAUSES.get(error.partition(":")[0])
    return str(known) if known else gettext("Something in the program failed; a developer has to look at it.")
