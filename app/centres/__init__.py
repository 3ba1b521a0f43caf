"""The directory of counselling centres, and the way from a postal code to the right one."""
