"""Sends an e-mail over SMTP (RFC 5321), with STARTTLS (RFC 3207) or TLS (RFC 8314)."""

import contextlib
import logging
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.utils import formatdate

from gateway.alarms.notification.mail_text import MailText
from gateway.host.files import read_secret
from gateway.host.webhook.errors import NotDelivered
from gateway.model.site.alarms import SmtpSettings

log = logging.getLogger(__name__)

_TIMEOUT_S = 20.0


def send_mail(settings: SmtpSettings, to: Sequence[str], text: MailText, message_id: str) -> str:
    """Send an e-mail, and return the sentence with which the server accepted it.

    Args:
        settings: The server.
        to: The addresses that it is for.
        text: Subject and text.
        message_id: Its id; a copy of it has the same.

    Raises:
        NotDelivered: The server did not accept it for any address.
        SecretError: The file of the password can't be used.
    """
    message = _message(settings, to, text, message_id)
    try:
        with _session(settings) as smtp:
            refused = smtp.send_message(message, settings.sender, list(to))
    except smtplib.SMTPRecipientsRefused as error:
        raise NotDelivered(_refusals(error.recipients), is_final=all(code >= 500 for code, _ in error.recipients.values())) from error
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        raise NotDelivered(_said(error), is_final=error.smtp_code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(_said(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(f"{settings.server}: {error}") from error
    if refused:
        log.warning("%s accepted an e-mail, but not for everybody: %s", settings.server, _refusals(refused))
    return f"{settings.server} accepted it for {', '.join(one for one in to if one not in refused)}"


@contextlib.contextmanager
def _session(settings: SmtpSettings) -> Iterator[smtplib.SMTP]:
    host, _, port = settings.server.rpartition(":")
    host = host.strip("[]")
    context = ssl.create_default_context(cafile=settings.ca) if settings.encryption != "none" else None
    smtp = (
        smtplib.SMTP_SSL(host, int(port), timeout=_TIMEOUT_S, context=context)
        if settings.encryption == "tls"
        else smtplib.SMTP(host, int(port), timeout=_TIMEOUT_S)
    )
    with smtp:
        if settings.encryption == "starttls":
            smtp.starttls(context=context)
        if settings.login is not None:
            smtp.login(settings.login.user, read_secret(settings.login.password_file))
        yield smtp


def _message(settings: SmtpSettings, to: Sequence[str], text: MailText, message_id: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.sender, ", ".join(to), text.subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{message_id}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from an absence assistant
    message.set_content(text.body, cte="quoted-printable")
    return message


def _refusals(recipients: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{address} was refused: {code} {said.decode('utf-8', 'replace')}" for address, (code, said) in recipients.items())


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
    return f"the mail server refused: {error.smtp_code} {said}"
