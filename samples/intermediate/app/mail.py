import logging
import smtplib
from email.message import EmailMessage

from app.config import get_settings

logger = logging.getLogger(__name__)


def send_order_confirmation(order_id: int, recipient: str) -> None:
    settings = get_settings()
    if not settings.smtp_host:
        logger.info("No mail server, confirmation of order %s is not sent", order_id)
        return
    message = EmailMessage()
    message["Subject"] = f"Your order {order_id}"
    message["From"] = settings.mail_from
    message["To"] = recipient
    message.set_content(f"Thank you, we have received your order {order_id}.")
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=10) as smtp:
            smtp.send_message(message)
    except OSError:
        logger.exception("Could not send the confirmation of order %s", order_id)
