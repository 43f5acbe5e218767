"""Delivers situations to a subscription: by e-mail or by a webhook."""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.centre.alarms.notification.mail import send_mail
from gateway.centre.situation.changes import SituationChange
from gateway.centre.situation.push.message import push_message
from gateway.centre.situation.subscriptions.mail_text import situations_mail
from gateway.host import clock
from gateway.host.files import SecretError, read_secret
from gateway.host.webhook.errors import NotDelivered
from gateway.host.webhook.post import Receiver, post
from gateway.host.webhook.signature import key_of_secret
from gateway.model.site.alarms import SmtpSettings
from gateway.model.site.situation.subscriptions import SubscriptionSettings


class SubscriptionPostman(NamedTuple):
    """Delivers to one subscription, in the calling thread. It reads secrets each time, so that a new one counts at once.

    Attributes:
        site: The name of the site.
        name: That of the subscription.
        settings: Where it is delivered.
        smtp: The mail server, if there is one.
        zone: The time zone of the times in e-mails.
    """

    site: str
    name: str
    settings: SubscriptionSettings
    smtp: SmtpSettings | None
    zone: ZoneInfo

    def in_messages(self, changes: Sequence[SituationChange]) -> list[Sequence[SituationChange]]:
        """Return what is delivered together: an e-mail has everything, a message to a webhook one situation."""
        return [changes] if self.settings.webhook is None else [[one] for one in changes]

    def deliver(self, changes: Sequence[SituationChange]) -> str:
        """Deliver one message, and return the sentence with which it was accepted.

        Raises:
            NotDelivered: It was not accepted.
        """
        message_id = f"{self.site}-{self.name}-{changes[-1].number}"
        try:
            if self.settings.webhook is not None and self.settings.secret_file is not None:
                key = key_of_secret(read_secret(self.settings.secret_file))
                receiver = Receiver(self.settings.webhook, self.settings.ca, private=True)
                return post(receiver, key, message_id, push_message(changes[-1], clock.now_ms()))
            if self.smtp is None:
                raise NotDelivered("there is no mail server: add 'smtp:'", is_final=True)
            text = situations_mail(changes, self.site, self.name, self.settings.language, self.zone)
            return send_mail(self.smtp, self.settings.email, text, message_id)
        except (SecretError, ValueError) as error:
            raise NotDelivered(str(error)) from error
