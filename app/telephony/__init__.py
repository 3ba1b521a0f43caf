"""Twilio's door: signed webhooks in, TwiML out; the only place that knows Twilio's library."""
