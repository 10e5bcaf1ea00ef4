"""Conversations over HTTP: the page of two sides, webhooks of the platforms, the trial's payment page."""

from .begun import Setting, begin_chat
from .room import Chat
from .routes import add_chat

__all__ = ["Chat", "Setting", "add_chat", "begin_chat"]
