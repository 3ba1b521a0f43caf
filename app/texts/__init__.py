"""What callers hear and in which voice: the message catalogue, languages, and the voices Twilio has."""
