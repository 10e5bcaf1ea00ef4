"""Payments as conversations: what a customer's reply means, what policy allows, and what is answered."""
