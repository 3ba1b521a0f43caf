"""The places at which Twilio's regions outside the United States are reached, by region."""

from collections.abc import Mapping
from typing import Final

# Twilio's hosts name the region and the place where it lies; a name with the region alone is not served any more
# (twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region, read in November 2026).
PLACES: Final[Mapping[str, str]] = {
    "au1": "sydney",
    "br1": "sao-paulo",
    "de1": "frankfurt",
    "ie1": "dublin",
    "jp1": "tokyo",
    "sg1": "singapore",
}
