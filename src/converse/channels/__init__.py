"""Channels: payloads as each platform documents them, signatures, what comes in, and senders."""

from .inbound import Inbound, Unverified, keyword
from .mail import email_message, message_id
from .mailbox import read_email
from .mailer import Mailer
from .outbox import Outbox, Payload, Sender
from .outgoing import Button, Outgoing
from .signatures import verify_meta, verify_slack, verify_teams, verify_twilio
from .slack import read_slack, slack_challenge, slack_payload
from .sms import Size, sms_size, sms_split
from .smtp import NotSent, Sent, send_email
from .teams import read_activity, read_teams, teams_payload
from .twilio import read_twilio, sms_payload, twilio_whatsapp_payload
from .whatsapp import meta_challenge, read_meta, whatsapp_payload, whatsapp_template

__all__ = [
    "Button",
    "Inbound",
    "Mailer",
    "NotSent",
    "Outbox",
    "Outgoing",
    "Payload",
    "Sender",
    "Sent",
    "Size",
    "Unverified",
    "email_message",
    "keyword",
    "message_id",
    "meta_challenge",
    "read_activity",
    "read_email",
    "read_meta",
    "read_slack",
    "read_teams",
    "read_twilio",
    "send_email",
    "slack_challenge",
    "slack_payload",
    "sms_payload",
    "sms_size",
    "sms_split",
    "teams_payload",
    "twilio_whatsapp_payload",
    "verify_meta",
    "verify_slack",
    "verify_teams",
    "verify_twilio",
    "whatsapp_payload",
    "whatsapp_template",
]
