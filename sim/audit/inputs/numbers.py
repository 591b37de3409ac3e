"""Phone numbers of the caller's own, in one form: ``+33162000000``."""

from __future__ import annotations

_FRENCH_OVERSEAS = ("GP", "GF", "MQ", "RE", "YT", "PM", "BL", "MF")
"""Departments with a country code of their own, which write numbers as the mainland does."""


class NumberError(ValueError):
    """A number that cannot be put into one form. Its text says why, and never the number."""


def international(written: str, region: str | None = None) -> str:
    """A phone number with its country's code and nothing between its digits.

    Parameters
    ----------
    written
        As people write it: ``+33 1 62 00 00 00``, or ``01 62 00 00 00`` where the region is known.
    region
        Country, ISO 3166, in whose national form it may be written.

    Raises
    ------
    NumberError
        If it is no possible number, or may be one of several.
    """
    import phonenumbers  # only here: it is slow to import

    national = not written.strip().startswith("+")
    if national and region is None:
        raise NumberError(
            "is in a national form; write it with its country's code, as +33 1 62 00 00 00, or say "
            "of which country it is: --region FR"
        )
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise NumberError("is no phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise NumberError("is no possible phone number: it has too few or too many digits")
    if national and region == "FR" and _may_be_overseas(written, str(number.national_number)):
        raise NumberError(
            "may be one of a French department overseas, whose country's code is another; write it "
            "with its code, as +262 262 00 00 00"
        )
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def known_region(region: str) -> bool:
    """Whether there are phone numbers of a country, ISO 3166."""
    import phonenumbers

    return region in phonenumbers.SUPPORTED_REGIONS


def _may_be_overseas(written: str, digits: str) -> bool:
    """Whether a number in the French national form may be one of a department overseas."""
    import phonenumbers

    codes = {str(phonenumbers.country_code_for_region(region)) for region in _FRENCH_OVERSEAS}
    if digits.startswith(tuple(codes)):
        return True
    mainland = phonenumbers.is_valid_number(phonenumbers.parse(written, "FR"))
    return not mainland and any(
        phonenumbers.is_valid_number(phonenumbers.parse(written, region))
        for region in _FRENCH_OVERSEAS
    )
