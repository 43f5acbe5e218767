"""Delivers one notification to a contact: by e-mail or by a webhook."""

from typing import NamedTuple

from gateway.alarms.notification.mail_text import mail_text
from gateway.alarms.notification.webhook_body import webhook_body
from gateway.centre.alarms.notification.mail import send_mail
from gateway.centre.alarms.notification.queue import WaitingNotification
from gateway.host.files import SecretError, read_secret
from gateway.host.webhook.errors import NotDelivered
from gateway.host.webhook.post import Receiver, post
from gateway.host.webhook.signature import key_of_secret
from gateway.model.site.alarms import AlarmSettings


class Postman(NamedTuple):
    """Delivers to the contacts of a site, in the calling thread. It reads secrets each time, so that a new one counts at once.

    Attributes:
        site: The name of the site.
        settings: The contacts, and the mail server.
        zone: The time zone of the times in e-mails.
    """

    site: str
    settings: AlarmSettings
    zone: str

    def deliver(self, waiting: WaitingNotification) -> str:
        """Deliver a message, and return the sentence with which it was accepted.

        Raises:
            NotDelivered: It was not accepted.
        """
        notification = waiting.notification
        contact = self.settings.contacts.get(notification.contact)
        if contact is None:
            raise NotDelivered(f"there is no contact '{notification.contact}' any more", is_final=True)
        try:
            if contact.webhook is not None and contact.secret_file is not None:
                key = key_of_secret(read_secret(contact.secret_file))
                receiver = Receiver(contact.webhook, contact.ca, private=True)
                return post(receiver, key, waiting.id, webhook_body(notification, self.site))
            if self.settings.smtp is None:
                raise NotDelivered("there is no mail server: add 'smtp:'", is_final=True)
            text = mail_text(notification, self.site, contact.language, self.zone)
            return send_mail(self.settings.smtp, contact.email, text, waiting.id)
        except (SecretError, ValueError) as error:
            raise NotDelivered(str(error)) from error
