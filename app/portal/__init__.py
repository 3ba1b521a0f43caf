"""The counselling centres' door: referrals, what a centre says of itself, and withdrawal by code for callers."""
